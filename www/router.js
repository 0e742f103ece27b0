// Addresses (after the #) and the page views they stand for.

import Backbone from 'backbone'
import { NewThreadPage } from './views/new-thread-page.js'
import { ProfilePage } from './views/profile-page.js'
import { SignInPage } from './views/sign-in-page.js'
import { ThreadPage } from './views/thread-page.js'
import { ThreadsPage } from './views/threads-page.js'

const routes = {
  '': 'threads',
  'threads/page/:page': 'threads',
  'threads/:id': 'thread',
  'people/:id': 'profile',
  new: 'newThread',
  'new/:to': 'newThread',
  '*elsewhere': 'elsewhere',
}

export class Router extends Backbone.Router {
  constructor(options) {
    super({ routes, ...options })
  }

  initialize({ session, shell }) {
    this.session = session
    this.shell = shell
    // Signing in or out shows the same address anew: signed out, every address is the sign-in page.
    this.listenTo(session, 'open close', () => Backbone.History.started && Backbone.history.loadUrl())
  }

  /** Runs before every route: nobody sees a page without a session. */
  execute(route, args) {
    if (this.session.user) route.apply(this, args)
    else this.show(new SignInPage({ session: this.session }))
  }

  show(page) {
    this.shell.present(page)
  }

  threads(page) {
    this.session.returnTo = location.hash
    this.show(new ThreadsPage({ session: this.session, page: Math.max(1, Number.parseInt(page, 10) || 1) }))
  }

  thread(id) {
    this.session.returnTo = location.hash
    this.show(new ThreadPage({ session: this.session, threadId: Number(id) }))
  }

  profile(id) {
    this.show(new ProfilePage({ session: this.session, userId: id }))
  }

  newThread(to) {
    this.show(new NewThreadPage({ session: this.session, to }))
  }

  elsewhere() {
    this.navigate('', { trigger: true, replace: true })
  }
}
