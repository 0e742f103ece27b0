// A message that the server has not confirmed yet.

import { sentence } from '../models/api.js'
import { html } from '../html.js'
import { RowView } from './view.js'

export class PendingView extends RowView {
  get tagName() {
    return 'li'
  }

  get className() {
    return 'message mine pending'
  }

  get attributes() {
    return { 'data-testid': 'pending' }
  }

  get events() {
    return { 'click [data-action=resend]': 'resend', 'click [data-action=discard]': 'discard' }
  }

  initialize() {
    this.messages = this.model.collection.messages
    this.listenTo(this.model, 'change', this.render)
  }

  render() {
    const { body, state, error } = this.model.attributes
    this.el.dataset.state = state
    return this.fill(html`
      <div class="message-main">
        <div class="bubble">${body}</div>
        <p class="message-foot" role="status">${state === 'sending' ? 'Sending…' : html`
          <span class="wrong">Not sent. ${sentence(error)}</span>
          <button type="button" class="link" data-action="resend">Try again</button>
          <button type="button" class="link" data-action="discard">Discard</button>`}</p>
      </div>`)
  }

  resend() {
    this.messages.deliver(this.model)
  }

  discard() {
    this.model.collection.remove(this.model)
  }
}
