// An App that follows a provider, and what it hears.
import { newApp } from './world.mjs'

export const FAST = { reconnectionDelay: 5, reconnectionDelayMax: 20 }

/** Connects to a provider; `changes()` are the children that were announced, as `[key, value]`. */
export function follow(provider, options) {
  const { App, log } = newApp()
  const feed = App.connect({ uid: 'u1', provider, ...FAST, ...options })
  return {
    App,
    feed,
    changes: () => log.filter(([name]) => name === 'firebase.child_added').map(([, snapshot]) => [snapshot.key, snapshot.val()]),
    /** Why it was not open. */
    reasons: () => log.filter(([name, , detail]) => name === 'feed:state' && detail.reason).map(([, , { reason }]) => reason.message),
    states: () => log.filter(([name]) => name === 'feed:state').map(([, state]) => state),
  }
}
