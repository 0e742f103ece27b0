// Whether the page is live: a dot and a word.

import App from 'remote-refresh'
import { html } from '../html.js'
import { View } from './view.js'

const WORDS = {
  connecting: ['Connecting', 'Connecting to live updates.'],
  open: ['Live', 'Changes appear by themselves.'],
  stale: ['Reconnecting', 'The connection went quiet. What changed meanwhile appears once it is back.'],
  offline: ['Offline', 'No connection. What changed meanwhile appears once it is back.'],
  denied: ['Not live', 'Live updates were refused. Sign in again to renew them.'],
  closed: ['Not live', 'Live updates are off.'],
}

export class FeedState extends View {
  get className() {
    return 'feed-state'
  }

  get attributes() {
    return { role: 'status', 'data-testid': 'feed-state' }
  }

  initialize() {
    this.state = 'closed'
    this.listenTo(App.Events, 'feed:state', (state, about) => {
      this.state = state
      this.reason = about?.reason
      this.render()
    })
  }

  render() {
    const [word, meaning] = WORDS[this.state] ?? [this.state, '']
    this.el.dataset.state = this.state
    this.el.title = this.reason?.message ? `${meaning} (${this.reason.message})` : meaning
    return this.fill(html`
      <span class="dot" aria-hidden="true"></span>
      <span class="word">${word}</span><span class="spoken">. ${meaning}</span>`)
  }
}
