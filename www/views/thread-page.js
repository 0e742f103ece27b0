// One conversation: its head, its messages, a composer; and the inbox beside it where there is room.

import App from 'remote-refresh'
import { request, sentence } from '../models/api.js'
import { Messages } from '../models/message.js'
import { Thread } from '../models/thread.js'
import { fill, html } from '../html.js'
import { names } from '../format.js'
import { Composer } from './composer.js'
import { MessageListView } from './message-list.js'
import { seat } from '../seat/index.js'
import { avatars, icon, notice } from './parts.js'
import { ThreadListView } from './thread-list.js'
import { PageView, View } from './view.js'

export class ThreadPage extends PageView {
  get className() {
    return 'inbox-page has-thread'
  }

  get title() {
    return this.model.get('subject') ?? 'Conversation'
  }

  get events() {
    return { 'click [data-action=retry]': 'load' }
  }

  initialize({ session, threadId }) {
    this.session = session
    // What the inbox knows of it is shown until it is loaded.
    this.model = new Thread(session.threads.get(threadId)?.attributes ?? { id: threadId })
    this.messages = new Messages([], { threadId })
    /** Up to which message the server has been told that it was read. */
    this.readThrough = Infinity
    this.listenTo(this.messages, 'sync', () => this.el.classList.remove('failed'))
    this.listenTo(this.model, 'change:subject', () => { document.title = `${this.title} · Fernweh` })
    this.markReadOnLeave = () => document.visibilityState === 'hidden' && this.markRead()
    document.addEventListener('visibilitychange', this.markReadOnLeave)
  }

  render() {
    const me = this.session.user.id
    this.fill(html`<section class="conversation" aria-label="Conversation"></section>`)
    this.list = this.place(new ThreadListView({ collection: this.session.threads, me, activeId: this.model.id }))
    this.el.prepend(this.list.el)
    this.listenTo(this.list, 'turn', page => this.session.threads.turnTo(page))

    this.place(new Head({ model: this.model, me, threads: this.session.threads }), '.conversation')
    this.place(new MessageListView({ collection: this.messages, me }), '.conversation')
    this.composer = this.place(new Composer({ messages: this.messages, threadId: this.model.id }), '.conversation')
    return this
  }

  shown() {
    this.list.shown()
    this.composer.fit()
    // With a keyboard one can write at once; on a phone, one would cover the messages. Of two pages neither takes the focus.
    if (!seat && matchMedia('(hover: hover)').matches) this.composer.text.focus()
  }

  load() {
    this.list.load()
    return Promise.all([this.model.fetch(), this.messages.fetch()]).then(() => this.loaded(), xhr => this.failed(xhr))
  }

  /** Opening a conversation reads it. */
  loaded() {
    if (!this.el.isConnected) return
    this.readThrough = this.model.get('unread') ? 0 : this.newestByOthers()
    this.markRead()
  }

  /**
   * What comes in while one looks is not marked message by message: each mark is a change too, and would make this page
   * fetch again. It is marked when one turns away.
   */
  markRead() {
    const newest = this.newestByOthers()
    if (newest <= this.readThrough) return
    this.readThrough = newest
    const { threads } = this.session
    const marked = [this.model, threads.get(this.model.id)].filter(Boolean)
    for (const thread of marked) thread.set('unread', 0)
    // All that it changes is shown already, so nothing of it is fetched.
    const send = headers => request('POST', `${this.model.url()}/read`, { through: newest }, headers)
    App.write([...marked, threads, this.messages], send).catch(() => {
      // Unread is what it stays, then: the next visit marks it.
    })
  }

  newestByOthers() {
    const me = this.session.user?.id
    return this.messages.models.findLast(message => message.get('author').id !== me)?.id ?? 0
  }

  failed(xhr) {
    if (this.messages.length) return
    this.el.classList.add('failed')
    const [title, text] = xhr.status === 404
      ? ['No such conversation', 'It does not exist, or you are not part of it.']
      : ['The conversation did not load', sentence(xhr)]
    fill(this.find('.messages-rest'), notice(title, text, xhr.status === 404
      ? html`<a class="button" href="#">To the inbox</a>`
      : html`<button type="button" class="button" data-action="retry">Try again</button>`))
  }

  remove() {
    if (this.session.user) this.markRead()
    document.removeEventListener('visibilitychange', this.markReadOnLeave)
    return super.remove()
  }
}

/** Who and what about. */
class Head extends View {
  get tagName() {
    return 'header'
  }

  get className() {
    return 'conversation-head'
  }

  initialize({ me, threads }) {
    this.me = me
    this.threads = threads
    this.listenTo(this.model, 'change:subject change:members', this.render)
  }

  render() {
    const { subject, members } = this.model.attributes
    const others = this.model.others(this.me)
    const { page } = this.threads
    return this.fill(html`
      <a class="icon-button back" href="${page > 1 ? `#threads/page/${page}` : '#'}" aria-label="Back to the inbox">${icon('back')}</a>
      ${members ? avatars(others) : ''}
      <div class="conversation-title">
        <h1 data-testid="subject">${subject ?? ' '}</h1>
        <p class="quiet" data-testid="members">${members && html`With ${this.links(others)}`}</p>
      </div>`)
  }

  links(users) {
    if (users.length > 3) {
      return html`<span title="${names(users.map(user => user.name))}">${users.slice(0, 2).map(user => html`${link(user)}, `)}
        and ${users.length - 2} more</span>`
    }
    return users.map((user, i) => html`${i === 0 ? '' : i === users.length - 1 ? ' and ' : ', '}${link(user)}`)
  }
}

const link = user => html`<a href="#people/${user.id}">${user.name}</a>`
