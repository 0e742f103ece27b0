// Where one writes. It is never rendered again while it is there, and what was not sent waits for the next visit.

import { html } from '../html.js'
import { icon } from './parts.js'
import { View } from './view.js'

/** thread id → what was typed and not sent. */
const drafts = new Map()

export class Composer extends View {
  get tagName() {
    return 'form'
  }

  get className() {
    return 'composer'
  }

  get events() {
    return { submit: 'send', 'keydown textarea': 'key', 'input textarea': 'typed' }
  }

  initialize({ messages, threadId }) {
    this.messages = messages
    this.threadId = threadId
  }

  render() {
    this.fill(html`
      <textarea rows="1" maxlength="4000" placeholder="Write a message" aria-label="Write a message"
        data-testid="composer">${drafts.get(this.threadId) ?? ''}</textarea>
      <button type="submit" class="icon-button send" aria-label="Send" title="Send (Enter)" data-testid="send">${icon('send')}</button>`)
    this.text = this.find('textarea')
    return this
  }

  typed() {
    drafts.set(this.threadId, this.text.value)
    this.fit()
  }

  /** As high as what is typed; the style sheet says how high at most. To be called once it is in the document. */
  fit() {
    this.find('.send').disabled = !this.text.value.trim()
    this.text.style.height = 'auto'
    if (this.text.scrollHeight) this.text.style.height = `${this.text.scrollHeight + 2}px`
  }

  key(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    this.send(event)
  }

  send(event) {
    event.preventDefault()
    const body = this.text.value.trim()
    if (!body) return
    this.messages.send(body)
    this.text.value = ''
    this.typed()
    this.text.focus()
  }
}
