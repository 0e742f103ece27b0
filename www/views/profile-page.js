// A person. One's own profile can be edited; who shares a conversation sees the change at once.

import { sentence } from '../models/api.js'
import { User } from '../models/user.js'
import { fill, html } from '../html.js'
import { avatar, icon, notice } from './parts.js'
import { PageView, View } from './view.js'

export class ProfilePage extends PageView {
  get className() {
    return 'profile-page'
  }

  get title() {
    return this.model.get('name') ?? 'Profile'
  }

  get events() {
    return { 'click [data-action=retry]': 'load' }
  }

  initialize({ session, userId }) {
    this.session = session
    this.model = new User({ id: userId })
    this.listenTo(this.model, 'change:name', () => { document.title = `${this.title} · Fernweh` })
  }

  render() {
    this.fill(html`
      <a class="icon-button back" href="${this.session.returnTo || '#'}" aria-label="Back to the inbox">${icon('back')}</a>
      <div class="profile-rest"><p class="loading">Loading…</p></div>`)
    return this
  }

  load() {
    return this.model.fetch().then(() => this.loaded(), xhr => this.failed(xhr))
  }

  loaded() {
    this.find('.profile-rest').remove()
    const isMe = this.model.id === this.session.user?.id
    this.el.classList.toggle('own', isMe)
    this.place(new Card({ model: this.model, isMe }))
    if (isMe) this.place(new ProfileForm({ model: this.model, session: this.session }))
  }

  failed(xhr) {
    const [title, text] = xhr.status === 404 ? ['Nobody by that name', 'This profile does not exist.']
      : ['The profile did not load', sentence(xhr)]
    fill(this.find('.profile-rest'), notice(title, text, xhr.status === 404 ? ''
      : html`<button type="button" class="button" data-action="retry">Try again</button>`))
  }
}

/** How others see it. */
class Card extends View {
  get tagName() {
    return 'article'
  }

  get className() {
    return 'card profile'
  }

  initialize({ isMe }) {
    this.isMe = isMe
    this.listenTo(this.model, 'change', this.render)
  }

  render() {
    const user = this.model.attributes
    return this.fill(html`
      ${avatar(user, 'huge')}
      <h1 data-testid="profile-name">${user.name}</h1>
      <p class="quiet">${user.title}</p>
      ${user.status && html`<p class="profile-status" data-testid="profile-status">${user.status}</p>`}
      ${user.about && html`<p class="profile-about" data-testid="profile-about">${user.about}</p>`}
      ${this.isMe ? '' : html`<a class="button primary" href="#new/${user.id}">${icon('compose')}Write to ${user.name.split(' ')[0]}</a>`}`)
  }
}

const FIELDS = ['name', 'status', 'about']

class ProfileForm extends View {
  get tagName() {
    return 'form'
  }

  get className() {
    return 'card profile-form'
  }

  get events() {
    return { submit: 'save', input: 'edited' }
  }

  initialize({ session }) {
    this.session = session
    this.listenTo(this.model, 'change', this.follow)
  }

  render() {
    const { name, status, about } = this.model.attributes
    return this.fill(html`
      <h2>Edit your profile</h2>
      <label>Name <input name="name" value="${name}" maxlength="60" required autocomplete="off" data-testid="edit-name"></label>
      <label>Status <input name="status" value="${status}" maxlength="100" autocomplete="off" data-testid="edit-status"></label>
      <label>About <textarea name="about" rows="4" maxlength="1000" data-testid="edit-about">${about}</textarea></label>
      <div class="form-foot">
        <p class="form-said" role="status"></p>
        <button type="submit" class="button primary" data-testid="save-profile">Save</button>
      </div>`)
  }

  field(name) {
    return this.find(`[name=${name}]`)
  }

  edited() {
    this.say('')
  }

  /** A change from elsewhere goes into the fields that have not been edited here. */
  follow() {
    for (const name of FIELDS) {
      const field = this.field(name)
      if (field.value === this.model.previous(name)) field.value = this.model.get(name)
    }
  }

  async save(event) {
    event.preventDefault()
    const button = this.find('[type=submit]')
    const edits = Object.fromEntries(FIELDS.map(name => [name, this.field(name).value.trim()]))
    button.disabled = true
    this.say('Saving…')
    try {
      await this.model.save(edits, { wait: true, patch: true })
      for (const name of FIELDS) this.field(name).value = this.model.get(name)
      this.session.user?.set(this.model.attributes)
      this.say('Saved. Everybody you talk to sees it already.')
    } catch (xhr) {
      this.say(sentence(xhr), true)
    } finally {
      button.disabled = false
    }
  }

  say(text, wrong = false) {
    const said = this.find('.form-said')
    said.textContent = text
    said.classList.toggle('wrong', wrong)
  }
}
