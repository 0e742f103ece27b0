// Choose who to be. A demo needs no password.

import { sentence } from '../models/api.js'
import { Users } from '../models/user.js'
import { fill, html } from '../html.js'
import { ListView } from './list.js'
import { seat } from '../seat/index.js'
import { avatar, icon, notice } from './parts.js'
import { PageView, RowView } from './view.js'

export class SignInPage extends PageView {
  get className() {
    return 'sign-in-page'
  }

  get title() {
    return 'Sign in'
  }

  get events() {
    return { 'click [data-user]': 'signIn', 'click [data-action=retry]': 'load' }
  }

  initialize({ session }) {
    this.session = session
    this.collection = new Users()
  }

  render() {
    this.fill(html`
      <div class="card sign-in">
        <h1><span class="brand-mark large" aria-hidden="true"></span>Fernweh Inbox</h1>
        <p class="lead">Who are you today?</p>
        <div class="people"></div>
        <div class="problem" role="alert"></div>
        ${seat ? '' : html`<p class="hint">Or watch <a href="/side-by-side" data-testid="side-by-side">two people side by side</a> in one
          window: both stay in step without a reload.</p>`}
      </div>`)
    this.place(new People({ collection: this.collection }), '.people')
    return this
  }

  load() {
    const problem = this.find('.problem')
    problem.replaceChildren()
    this.collection.fetch().catch(xhr => fill(problem, notice('No list of people', sentence(xhr),
      html`<button type="button" class="button" data-action="retry">Try again</button>`)))
  }

  async signIn(event) {
    const button = event.currentTarget
    button.disabled = true
    try {
      await this.session.signIn(button.dataset.user)
    } catch (xhr) {
      button.disabled = false
      this.find('.problem').textContent = sentence(xhr)
    }
  }
}

class People extends ListView {
  get className() {
    return 'people-list'
  }

  createRow(model) {
    return new Choice({ model })
  }
}

class Choice extends RowView {
  get tagName() {
    return 'button'
  }

  get className() {
    return 'choice'
  }

  get attributes() {
    return { type: 'button', 'data-user': this.model.id, 'data-testid': `user-${this.model.id}` }
  }

  initialize() {
    this.listenTo(this.model, 'change', this.render)
  }

  render() {
    const user = this.model.attributes
    return this.fill(html`
      ${avatar(user)}
      <span class="choice-text"><strong>${user.name}</strong><span class="quiet">${user.title}</span></span>
      ${icon('next')}`)
  }
}
