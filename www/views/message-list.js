// The messages of a conversation. It stays at its end only if that is where one is; who reads further up keeps their
// place, whatever comes in.

import { html } from '../html.js'
import { ListView } from './list.js'
import { MessageView } from './message.js'
import { icon } from './parts.js'
import { PendingView } from './pending.js'

/** Closer than this to the end counts as at the end, in pixels. */
const NEAR = 60

export class MessageListView extends ListView {
  get className() {
    return 'messages'
  }

  get events() {
    return { 'click [data-action=earlier]': 'loadEarlier', 'click [data-action=to-end]': 'toEnd' }
  }

  initialize(options) {
    super.initialize(options)
    this.atEnd = true
    this.pending = new Pending({ collection: this.collection.pending })
    this.listenTo(this.collection.pending, 'add', this.toEnd)
    this.listenTo(this.collection, 'sync', this.renderRest)
  }

  get slot() {
    return this.find('.messages-rows')
  }

  render() {
    this.fill(html`
      <div class="messages-scroll" tabindex="0" role="log" aria-label="Messages" aria-relevant="additions">
        <div class="messages-inner">
          <button type="button" class="button earlier" data-action="earlier" data-testid="earlier" hidden>Show earlier messages</button>
          <div class="messages-rest"><p class="loading">Loading…</p></div>
          <ol class="messages-rows" data-testid="messages"></ol>
        </div>
      </div>
      <button type="button" class="to-end" data-action="to-end" hidden>${icon('down')}New messages</button>`)
    this.scroller = this.find('.messages-scroll')
    this.scroller.firstElementChild.append(this.pending.render().el)
    this.scroller.addEventListener('scroll', () => this.measure())
    // Whatever changes a height (a longer text, the window, the keyboard) moves the end.
    this.sizes = new ResizeObserver(() => this.atEnd && this.scrollToEnd())
    this.sizes.observe(this.scroller)
    this.sizes.observe(this.scroller.firstElementChild)
    return this.reconcile()
  }

  createRow(model) {
    const { me } = this.options
    // One's own has been here already, as pending.
    return new MessageView({ model, me, isNew: this.isFilled && model.get('author').id !== me })
  }

  reconcile() {
    const anchor = this.atEnd ? null : this.anchor()
    const last = this.collection.last()
    super.reconcile()
    this._subviews.forEach((row, i) => row.follow(this.collection.models[i - 1]))
    // What comes after the first stretch slides in.
    this.isFilled = this.collection.length > 0
    if (anchor) this.hold(anchor)
    else this.scrollToEnd()
    if (last !== this.last && !this.atEnd && this.last) this.find('.to-end').hidden = false
    this.last = last
    this.renderRest()
    return this
  }

  renderRest() {
    const rest = this.find('.messages-rest')
    this.find('.earlier').hidden = !this.collection.earlier
    if (this.collection.length) rest.replaceChildren()
  }

  /** The first row in sight and where it is. */
  anchor() {
    const top = this.scroller.getBoundingClientRect().top
    const row = this._subviews.find(view => view.el.getBoundingClientRect().bottom > top)
    return row && { el: row.el, top: row.el.getBoundingClientRect().top }
  }

  hold({ el, top }) {
    if (el.isConnected) this.scroller.scrollTop += el.getBoundingClientRect().top - top
  }

  measure() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR
    if (this.atEnd) this.find('.to-end').hidden = true
  }

  scrollToEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight
  }

  toEnd() {
    this.atEnd = true
    this.scrollToEnd()
    this.find('.to-end').hidden = true
  }

  async loadEarlier() {
    const button = this.find('.earlier')
    button.disabled = true
    this.atEnd = false
    try {
      await this.collection.fetchEarlier()
    } catch {
      button.textContent = 'That did not load. Try again'
    } finally {
      button.disabled = false
    }
  }

  remove() {
    this.sizes?.disconnect()
    this.pending.remove()
    return super.remove()
  }
}

/** What is on its way. It is the page's own and no refresh concerns it. */
class Pending extends ListView {
  get tagName() {
    return 'ol'
  }

  get className() {
    return 'messages-pending'
  }

  createRow(model) {
    return new PendingView({ model })
  }

  render() {
    return this.reconcile()
  }
}
