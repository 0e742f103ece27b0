// A feed that a test drives: a provider whose node changes as a server's notifier would change it.
import { readChange } from '../server/change.js'

/** A provider with a node of its own, and what a test does to it. Several Apps may follow it. */
export function fakeFeed({ node = { updated: 1, version: 0 } } = {}) {
  let value = node
  let openings = 0
  let token
  /** Why nobody may read the node, or nothing. */
  let denied
  const expired = new Set()
  /** The feeds that are open. */
  const open = new Set()

  const feed = given => {
    openings++
    token = given.token
    if (denied !== undefined) return given.denied(denied)
    if (expired.has(token)) return given.denied(EXPIRED)
    open.add(given)
    given.value(value)
    return () => open.delete(given)
  }

  const toEach = act => {
    for (const given of [...open]) act(given)
  }

  return Object.defineProperties(Object.assign(feed, {
    change(models, about) {
      const { types, version, origin, spread } = readChange({ ...about, ...(models !== undefined && { models }) }, [])
      const before = typeof value === 'object' && value !== null ? value : {}
      const changed = { ...before.models }
      for (const [type, { count, op, id }] of types) changed[type] = { version: (changed[type]?.version ?? 0) + count, op, id }
      feed.set({
        ...before,
        updated: Math.max(Date.now(), (Number(before.updated) || 0) + 1),
        version: (before.version ?? 0) + version,
        origin,
        spread,
        ...(types.size && { models: changed }),
      })
    },
    set(next) {
      value = next
      toEach(given => given.value(value))
    },
    drop(why = 'dropped by the test') {
      toEach(given => given.lost(why))
    },
    deny(why = 'denied by the test') {
      denied = why
      toEach(given => given.denied(why))
    },
    allow() {
      denied = undefined
    },
    expire() {
      expired.add(token)
      toEach(given => given.denied(EXPIRED))
    },
  }), {
    node: { get: () => value },
    openings: { get: () => openings },
    connected: { get: () => open.size },
    token: { get: () => token },
  })
}

const EXPIRED = 'the token has expired'
