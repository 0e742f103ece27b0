// Who is signed in, and the feed they follow.

import Backbone from 'backbone'
import App from 'remote-refresh'
import { request } from './api.js'
import { Threads } from './thread.js'
import { User } from './user.js'

export class Session extends Backbone.Model {
  initialize() {
    /** The signed-in user, or null. */
    this.user = null
    /** The inbox, shared by the pages that list it. */
    this.threads = new Threads()
    /** Where in the inbox one was last: where "back" leads to from the other pages. */
    this.returnTo = ''
    // The bar at the top is on no page, so no page's refresh reaches it.
    this.listenTo(App.Events, 'model-changed-of-type-User', () => this.user?.fetch())
  }

  /** Takes up a session that the browser still has a cookie for; else signs `as` in, where that is said. */
  async resume(as) {
    const answer = await request('GET', '/api/session')
    if (answer.user) this.open(answer)
    else if (as) await this.signIn(as)
  }

  async signIn(userId) {
    this.open(await request('POST', '/api/session', { user: userId }))
  }

  async signOut() {
    this.close()
    await request('DELETE', '/api/session')
  }

  open({ user, feed }) {
    this.close()
    this.user = new User(user)
    this.threads = new Threads()
    this.feedUrl = new URL(feed.url, location.href)
    this.feed = App.connect({ url: this.feedUrl.href, uid: feed.uid, auth: feedToken })
    this.trigger('open', this.user)
  }

  /** How many changes the user's node of the feed has seen by now. */
  async feedVersion() {
    const node = new URL(`users/${this.user.id}/version.json`, this.feedUrl)
    node.searchParams.set('auth', await feedToken())
    return await (await fetch(node)).json() ?? 0
  }

  /** Ends the session on this page only, as when the server no longer knows it. */
  close() {
    if (!this.user) return
    this.feed.close()
    this.feed = null
    this.user = null
    this.trigger('close')
  }
}

const feedToken = async () => (await request('GET', '/api/feed-token')).token
