// The inbox: a page of conversations, and beside it, in a wide window, room for one.

import { html } from '../html.js'
import { icon } from './parts.js'
import { ThreadListView } from './thread-list.js'
import { PageView } from './view.js'

export class ThreadsPage extends PageView {
  get className() {
    return 'inbox-page'
  }

  initialize({ session, page }) {
    this.session = session
    session.threads.page = page
  }

  render() {
    this.fill(html`
      <div class="conversation empty" aria-hidden="true">
        ${icon('chat')}
        <p>Choose a conversation</p>
      </div>`)
    this.list = this.place(new ThreadListView({ collection: this.session.threads, me: this.session.user.id }))
    this.el.prepend(this.list.el)
    this.listenTo(this.list, 'turn', page => {
      location.hash = page === 1 ? '' : `threads/page/${page}`
    })
    return this
  }

  shown() {
    this.list.shown()
  }

  load() {
    this.list.load()
  }
}
