// The frame around the pages: the bar at the top, and the page that is shown.

import App from 'remote-refresh'
import { inspectorButton } from '../inspector.js'
import { fill, html } from '../html.js'
import { FeedState } from './feed-state.js'
import { seat } from '../seat/index.js'
import { avatar, icon, themeButton } from './parts.js'
import { View } from './view.js'

export class Shell extends View {
  get events() {
    return { 'click [data-action=sign-out]': 'signOut' }
  }

  initialize({ session }) {
    this.session = session
    this.page = null
    this.listenTo(session, 'open', user => {
      this.listenTo(user, 'change', this.renderMe)
      this.renderBar()
    })
    this.listenTo(session, 'close', this.renderBar)
  }

  render() {
    this.el.classList.toggle('seated', Boolean(seat))
    this.fill(html`
      <header class="bar" hidden>
        <a class="brand" href="#"><span class="brand-mark" aria-hidden="true"></span>Fernweh<span class="brand-more"> Inbox</span></a>
        <span class="feed-slot"></span>
        ${inspectorButton}
        <nav aria-label="Account">
          ${seat ? '' : themeButton}
          <a class="me" data-testid="me"></a>
          <button type="button" class="icon-button" data-action="sign-out" data-testid="sign-out"
            aria-label="Sign out" title="Sign out">${icon('leave')}</button>
        </nav>
      </header>
      <main id="page" tabindex="-1"></main>`)
    this.place(new FeedState(), '.feed-slot')
    return this
  }

  /** Shows a page in place of the one before, and tells remote-refresh which it is. */
  present(page) {
    this.page?.remove()
    this.page = page
    const main = this.find('#page')
    main.replaceChildren(page.render().el)
    document.title = `${page.title} · Fernweh`
    // A page in a frame takes the focus only from itself.
    if (!seat || document.hasFocus()) main.focus({ preventScroll: true })
    page.shown?.()
    App.show(page)
    page.load()
  }

  /** Shows a message in place of a page; `retry` is what its button does. */
  say(markup, retry) {
    const main = fill(this.find('#page'), markup)
    main.querySelector('[data-action=retry]')?.addEventListener('click', retry, { once: true })
  }

  renderBar() {
    this.find('.bar').hidden = !this.session.user
    if (this.session.user) this.renderMe()
  }

  renderMe() {
    const user = this.session.user
    if (!user) return
    const me = this.find('.me')
    me.href = `#people/${user.id}`
    me.title = 'Your profile'
    fill(me, html`${avatar(user.attributes, 'small')}<span class="me-name">${user.get('name')}</span>`)
  }

  signOut() {
    this.session.signOut()
  }
}
