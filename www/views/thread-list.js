// The inbox as a list with a pager. On the threads page it is the page; beside an open thread it is the way to the
// others, as long as the window is wide enough to show both.

import App from 'remote-refresh'
import { sentence } from '../models/api.js'
import { ago, plural } from '../format.js'
import { fill, html } from '../html.js'
import { ListView } from './list.js'
import { avatars, icon, notice } from './parts.js'
import { RowView, View } from './view.js'

/** Where the list was scrolled to, for the next page that shows it. */
let scrolled = 0

export class ThreadListView extends View {
  get tagName() {
    return 'section'
  }

  get className() {
    return 'threads'
  }

  get attributes() {
    return { 'aria-label': 'Conversations' }
  }

  get events() {
    return { 'click [data-turn]': 'turn', 'click [data-action=retry]': 'load' }
  }

  /** `me` is the reader's id, `activeId` the thread that is open beside the list. */
  initialize({ me, activeId }) {
    this.me = me
    this.activeId = activeId
    this.listenTo(this.collection, 'update reset', this.renderRest)
    // Beside a thread, a window made wide shows the list again.
    this.reload = () => this.load()
    this.wide = matchMedia('(min-width: 860px)')
    this.wide.addEventListener('change', this.reload)
  }

  render() {
    this.fill(html`
      <header class="threads-head">
        <h1>Inbox</h1>
        <a class="button primary" href="#new" data-testid="new-thread">${icon('compose')}New</a>
      </header>
      <div class="threads-scroll">
        <ul class="threads-rows" data-testid="threads"></ul>
        <div class="threads-rest" role="status"></div>
      </div>
      <nav class="pager" aria-label="Pages" hidden></nav>`)
    const rows = new Rows({ collection: this.collection, me: this.me, activeId: this.activeId, el: this.find('.threads-rows') })
    this._subviews = [rows]
    rows.reconcile()
    this.renderRest()
    return this
  }

  /** Called once the list is in the document. */
  shown() {
    const scroller = this.find('.threads-scroll')
    scroller.scrollTop = scrolled
    scroller.addEventListener('scroll', () => { scrolled = scroller.scrollTop })
  }

  isShown() {
    return this.el.offsetParent !== null
  }

  /** What nobody looks at needs no refresh: the list beside a thread is hidden in a narrow window. */
  remoteRefresh(snapshot) {
    if (this.isShown()) App.Utils.RemoteRefresh(this, snapshot)
  }

  load() {
    if (!this.isShown()) return
    this.problem = null
    this.fresh = false
    this.collection.fetch()
      .then(() => { this.fresh = true }, xhr => { this.problem = sentence(xhr) })
      .then(() => this.renderRest())
  }

  /** All but the rows: the pager, and what is said in place of rows. */
  renderRest() {
    const { page, pages, total, length } = this.collection
    const rest = this.find('.threads-rest')
    if (!rest) return
    if (length) rest.replaceChildren()
    else if (this.problem) {
      fill(rest, notice('Your inbox did not load', this.problem,
        html`<button type="button" class="button" data-action="retry">Try again</button>`))
    } else if (this.fresh) {
      fill(rest, notice(page > 1 ? 'Nothing on this page' : 'Nothing here yet', 'Start a conversation with somebody.'))
    } else fill(rest, html`<p class="loading">Loading…</p>`)

    const pager = this.find('.pager')
    pager.hidden = pages === 1 && page === 1
    const focusedTurn = pager.contains(document.activeElement) ? document.activeElement.dataset.turn : null
    fill(pager, html`
      <button type="button" class="icon-button" data-turn="-1" data-testid="page-previous" aria-label="Newer conversations"
        ${page <= 1 ? html`disabled` : ''}>${icon('back')}</button>
      <span data-testid="page">Page ${page} of ${pages}<span class="spoken">, ${plural(total, 'conversation', 'conversations')}</span></span>
      <button type="button" class="icon-button" data-turn="1" data-testid="page-next" aria-label="Older conversations"
        ${page >= pages ? html`disabled` : ''}>${icon('next')}</button>`)
    if (focusedTurn) pager.querySelector(`[data-turn="${focusedTurn}"]`).focus()
  }

  /** The list turns by itself; the page hears of it and may put it into the address. */
  turn(event) {
    const page = this.collection.page + Number(event.currentTarget.dataset.turn)
    this.find('.threads-scroll').scrollTop = 0
    this.trigger('turn', page)
  }

  remove() {
    this.wide.removeEventListener('change', this.reload)
    return super.remove()
  }
}

class Rows extends ListView {
  createRow(model) {
    const { me, activeId } = this.options
    return new ThreadRow({ model, me, active: model.id === activeId })
  }
}

class ThreadRow extends RowView {
  get tagName() {
    return 'li'
  }

  initialize({ me, active }) {
    this.me = me
    this.active = active
    this.listenTo(this.model, 'change', this.render)
    // "5 min" grows old by itself.
    this.clock = setInterval(() => this.renderTime(), 30_000)
  }

  render() {
    const { id, subject, unread, last_message: last } = this.model.attributes
    const others = this.model.others(this.me)
    const count = this.active ? 0 : unread
    const focused = this.el.contains(document.activeElement)
    this.fill(html`
      <a class="thread-row ${this.active ? 'active' : ''} ${count ? 'new' : ''}" href="#threads/${id}"
        data-testid="thread-${id}" ${this.active ? html`aria-current="page"` : ''}>
        ${avatars(others)}
        <span class="thread-text">
          <span class="thread-top">
            <span class="thread-who">${others.map(user => user.name.split(' ')[0]).join(', ')}</span>
            <time class="quiet"></time>
          </span>
          <span class="thread-subject">${subject}</span>
          <span class="thread-bottom">
            <span class="thread-last quiet">${last ? this.preview(last) : 'No messages'}</span>
            ${count ? html`<span class="badge" data-testid="unread-${id}">${count}<span class="spoken"> unread</span></span>` : ''}
          </span>
        </span>
      </a>`)
    this.renderTime()
    if (focused) this.find('a').focus()
    return this
  }

  preview(last) {
    const who = last.author_id === this.me ? 'You' : last.author_name.split(' ')[0]
    return `${who}: ${last.body}`
  }

  renderTime() {
    this.find('time').textContent = ago(this.model.get('active_at'))
  }

  remove() {
    clearInterval(this.clock)
    return super.remove()
  }
}
