// Start a conversation: with whom, about what, and the first message.

import { request, sentence } from '../models/api.js'
import { Users } from '../models/user.js'
import { html } from '../html.js'
import { ListView } from './list.js'
import { avatar, icon } from './parts.js'
import { PageView, RowView } from './view.js'

export class NewThreadPage extends PageView {
  get className() {
    return 'new-thread-page'
  }

  get title() {
    return 'New conversation'
  }

  get events() {
    return { 'submit form': 'start' }
  }

  initialize({ session, to }) {
    this.session = session
    this.to = to
    this.collection = new Users()
  }

  render() {
    this.fill(html`
      <form class="card new-thread">
        <header class="new-thread-head">
          <a class="icon-button" href="${this.session.returnTo || '#'}" aria-label="Back to the inbox">${icon('back')}</a>
          <h1>New conversation</h1>
        </header>
        <fieldset>
          <legend>With</legend>
        </fieldset>
        <label>Subject <input name="subject" maxlength="120" required autocomplete="off" data-testid="new-subject"></label>
        <label>Message <textarea name="body" rows="5" maxlength="4000" required data-testid="new-body"></textarea></label>
        <div class="form-foot">
          <p class="form-said wrong" role="alert"></p>
          <button type="submit" class="button primary" data-testid="start-thread">Start</button>
        </div>
      </form>`)
    this.place(new Chips({ collection: this.collection, me: this.session.user.id, to: this.to }), 'fieldset')
    return this
  }

  load() {
    return this.collection.fetch().catch(xhr => this.say(sentence(xhr)))
  }

  async start(event) {
    event.preventDefault()
    const form = new FormData(event.target)
    const members = form.getAll('member')
    if (!members.length) {
      this.say('Choose at least one person.')
      return
    }
    const button = this.find('[type=submit]')
    button.disabled = true
    try {
      const thread = await request('POST', '/api/threads', { subject: form.get('subject'), body: form.get('body'), members })
      location.hash = `threads/${thread.id}`
    } catch (xhr) {
      button.disabled = false
      this.say(sentence(xhr))
    }
  }

  say(text) {
    this.find('.form-said').textContent = text
  }
}

class Chips extends ListView {
  get className() {
    return 'chips'
  }

  createRow(model) {
    return new Chip({ model, isMe: model.id === this.options.me, checked: model.id === this.options.to })
  }
}

class Chip extends RowView {
  get tagName() {
    return 'label'
  }

  get className() {
    return 'chip'
  }

  initialize({ isMe, checked }) {
    this.checked = checked
    this.el.hidden = isMe
    this.listenTo(this.model, 'change', this.render)
  }

  render() {
    const user = this.model.attributes
    const checked = this.find('input')?.checked ?? this.checked
    return this.fill(html`
      <input type="checkbox" name="member" value="${user.id}" data-testid="member-${user.id}" ${checked ? html`checked` : ''}>
      ${avatar(user, 'small')}<span>${user.name}</span>`)
  }
}
