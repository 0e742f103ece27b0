// One message. One's own can be edited in place, or deleted.

import { sentence } from '../models/api.js'
import { day, daysBetween, full, hour } from '../format.js'
import { html } from '../html.js'
import { avatar, icon } from './parts.js'
import { RowView } from './view.js'

/** Messages of one author within this time of each other stand together, in milliseconds. */
const TOGETHER = 10 * 60_000

export class MessageView extends RowView {
  get tagName() {
    return 'li'
  }

  get attributes() {
    return { 'data-testid': `message-${this.model.id}` }
  }

  get events() {
    return {
      'click [data-action=edit]': 'edit',
      'click [data-action=cancel]': 'cancel',
      'click [data-action=delete]': 'askDelete',
      'submit form': 'save',
      'keydown textarea': 'key',
    }
  }

  initialize({ me, isNew }) {
    this.mine = this.model.get('author').id === me
    this.isNew = isNew
    this.editing = false
    this.listenTo(this.model, 'change', this.renderUnlessEditing)
  }

  /** Tells the message which one it follows: that decides about a new day and whether the author is named again. */
  follow(previous) {
    const { author, created_at: at } = this.model.attributes
    const before = previous?.attributes
    const newDay = !before || daysBetween(before.created_at, at) > 0
    const joined = !newDay && before.author.id === author.id && at - before.created_at < TOGETHER
    if (newDay === this.newDay && joined === this.joined) return
    this.newDay = newDay
    this.joined = joined
    this.renderUnlessEditing()
  }

  /** What is being typed must not be lost to a refresh. */
  renderUnlessEditing() {
    if (!this.editing) this.render()
  }

  render() {
    const { author, body, created_at: at, edited_at: edited } = this.model.attributes
    this.el.className = ['message', this.mine && 'mine', this.joined && 'joined', this.isNew && 'arrived']
      .filter(Boolean).join(' ')
    return this.fill(html`
      ${this.newDay ? html`<p class="day"><span>${day(at)}</span></p>` : ''}
      ${this.mine ? '' : this.joined ? html`<span class="avatar-space"></span>` : avatar(author)}
      <div class="message-main">
        ${this.joined ? '' : html`
          <p class="message-head">
            ${this.mine ? html`<span class="spoken">You</span>` : html`<a href="#people/${author.id}">${author.name}</a>`}
            <time class="quiet" title="${full(at)}">${hour(at)}</time>
          </p>`}
        ${this.editing ? this.form(body) : html`<div class="bubble" data-testid="body">${body}</div>`}
        ${edited && !this.editing ? html`<p class="message-foot quiet" title="${full(edited)}">edited</p>` : ''}
      </div>
      ${this.mine && !this.editing ? html`
        <div class="message-actions">
          <button type="button" class="icon-button small" data-action="edit" data-testid="edit-${this.model.id}"
            aria-label="Edit" title="Edit">${icon('edit')}</button>
          <button type="button" class="icon-button small" data-action="delete" data-testid="delete-${this.model.id}"
            aria-label="Delete" title="Delete">${icon('trash')}</button>
        </div>` : ''}`)
  }

  form(body) {
    return html`
      <form class="edit">
        <textarea name="body" rows="2" maxlength="4000" required aria-label="Edit your message" data-testid="edit-text">${body}</textarea>
        <p class="problem" role="alert"></p>
        <div class="edit-actions">
          <button type="button" class="button" data-action="cancel">Cancel</button>
          <button type="submit" class="button primary" data-testid="edit-save">Save</button>
        </div>
      </form>`
  }

  edit() {
    this.editing = true
    this.isNew = false
    this.render()
    const text = this.find('textarea')
    text.focus()
    text.setSelectionRange(text.value.length, text.value.length)
  }

  cancel() {
    this.editing = false
    this.render()
    this.find('[data-action=edit]')?.focus()
  }

  key(event) {
    if (event.key === 'Escape') this.cancel()
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault()
      this.find('form').requestSubmit()
    }
  }

  async save(event) {
    event.preventDefault()
    const body = this.find('textarea').value.trim()
    const button = this.find('[type=submit]')
    button.disabled = true
    try {
      await this.model.save({ body }, { wait: true, patch: true })
      this.cancel()
    } catch (xhr) {
      button.disabled = false
      this.find('.problem').textContent = sentence(xhr)
    }
  }

  /** The first click asks, the second within four seconds deletes. */
  async askDelete(event) {
    const button = event.currentTarget
    if (!button.dataset.sure) {
      button.dataset.sure = 'yes'
      button.setAttribute('aria-label', 'Delete for everybody?')
      button.append('Delete?')
      setTimeout(() => button.isConnected && this.renderUnlessEditing(), 4000)
      return
    }
    button.disabled = true
    try {
      await this.model.destroy({ wait: true })
    } catch (xhr) {
      if (xhr.status === 404) return // deleted in another tab; the refresh takes it away
      button.disabled = false
      button.title = sentence(xhr)
    }
  }
}
