// The walks.

import { createApp } from '../../dist/index.js'

/** What the original did, in other words: fetch what the view shows, then ask each subview to do the same. */
function original(view, snapshot) {
  if (view.model) view.model.fetch()
  if (view.collection) view.collection.fetch()
  if (view._subviews) for (const subview of view._subviews) if (subview.remoteRefresh) subview.remoteRefresh(snapshot)
}

export const ours = 'remote-refresh'
export const hooked = 'with own hooks'
export const theirs = 'the original'

/** In Node, where nothing takes long, a process stays for as long as an App waits for something. */
export const options = globalThis.document ? {} : { fetchTimeout: 1000 }

const { Utils } = createApp(options)

/**
 * `walk(page, snapshot)` refreshes a page whose views have the `hook`, if there is one; `each` of the places that show an
 * entity makes it fetch.
 */
export const contestants = {
  [ours]: { walk: Utils.RemoteRefresh },
  [hooked]: { walk: Utils.RemoteRefresh, hook: Utils.RemoteRefresh },
  [theirs]: { walk: original, hook: original, each: true },
}
