// Counts what reaches this page and what it costs: changes announced, requests made, and what fetching all that is on screen at each
// change would have cost.

import Backbone from 'backbone'
import App from 'remote-refresh'

/** The models and collections that a refresh of `view` would fetch, each once. Rows opt out, and so does what is not on screen. */
export function onScreen(view, found = new Set()) {
  if (!view || view.remoteRefresh === false || view.isShown?.() === false) return found
  for (const entity of [view.model, view.collection]) if (entity) found.add(entity)
  for (const subview of view._subviews ?? []) onScreen(subview, found)
  return found
}

export class Meter {
  constructor(session, tell) {
    this.session = session
    this.tellOthers = tell
    this.reset()
    this.listenTo(session, 'open', () => this.opened())
    this.listenTo(session, 'close', () => this.opened())
    this.listenTo(App.Events, 'feed:state', state => {
      if (state === 'open') this.begin()
      this.tell()
    })
    this.listenTo(App.Events, 'firebase.child_added', snapshot => snapshot.key === 'version' && this.announced(snapshot.val()))
    this.listenTo(App.Events, 'refresh:start', () => this.requested())
  }

  reset() {
    this.changes = 0
    this.requests = 0
    this.eager = 0
  }

  opened() {
    this.reset()
    /** The node's count of changes as last heard of. */
    this.version = null
    this.tell()
  }

  /** The feed's first value is no change and is not announced, so it is asked for. Without it the first change counts as one. */
  begin() {
    if (this.version !== null) return
    const { feed } = this.session
    this.session.feedVersion().then(version => {
      if (this.session.feed === feed) this.version ??= version
    }, () => {})
  }

  /** A count may have moved by many: what came while the page was offline, or faster than it could be told. */
  announced(version) {
    const changes = this.version === null ? 1 : version - this.version
    this.version = version
    this.changes += changes
    this.eager += changes * onScreen(App.Views.currentPageView).size
    this.tell()
  }

  /** A page that was shown before the feed was open is refreshed once without a change. */
  requested() {
    if (this.changes) this.requests++
    this.tell()
  }

  tell() {
    const { changes, requests, eager } = this
    const user = this.session.user?.pick('id', 'name', 'title', 'hue') ?? null
    const feed = this.session.feed?.state ?? 'closed'
    this.tellOthers({ user, feed, changes, requests, saved: Math.max(0, eager - requests) })
  }
}

Object.assign(Meter.prototype, Backbone.Events)
