// The batching window: changes of the same user that come close together become one write.
//
// One write is under way at most, and one set of changes gathers. A set is due when its window is over; if a write is under
// way then, it goes on gathering until that ends. So a slow feed gets fewer and larger writes, in the order of the calls.
import { merged } from './change.js'
import { NotifierError } from './error.js'

/** As many users, and as many calls, may wait; more are turned away at once. */
export const MOST_WAITING = 100_000

/**
 * @param {object} options
 * @param {number} options.window milliseconds
 * @param {(ms: number) => Promise<void>} options.sleep
 * @param {(told: [string, object][]) => Promise<{ requests: number, error?: Error }>} options.write tells users
 */
export function createGatherer({ window, sleep, write }) {
  /** The set that gathers. */
  let open
  /** Settles, and never fails, when the newest set that is due has been written. */
  let written = Promise.resolve()

  const newSet = () => ({ users: new Map(), calls: [], due: false })

  /** Writes the set when all before it are written. */
  function due(set) {
    if (set.due) return
    set.due = true
    written = written.then(() => {
      open = undefined
      return deliver(set)
    })
  }

  async function deliver({ users, calls }) {
    const { requests, error } = await write([...users])
    const failed = new Set(error?.failed)
    for (const call of calls) {
      const mine = call.users.filter(user => failed.has(user))
      // Each call has an error of its own, which names only whom that call was about.
      if (mine.length > 0) call.reject(new NotifierError(error.code, error.message, { status: error.status, failed: mine }))
      else if (error && !(error instanceof NotifierError)) call.reject(error)
      else call.resolve({ users: call.users.length, requests })
    }
  }

  return {
    /** Takes part in the next write; settles when the feed has answered that. */
    add(users, change) {
      const set = (open ??= newSet())
      const more = users.reduce((count, user) => count + !set.users.has(user), 0)
      if (set.users.size + more > MOST_WAITING || set.calls.length >= MOST_WAITING) {
        const message = `${set.users.size} users wait to be told already: the feed is slow or away. Call remoteRefresh again later with the users in failed`
        return Promise.reject(new NotifierError('overloaded', message, { failed: users }))
      }
      for (const user of users) {
        const waiting = set.users.get(user)
        set.users.set(user, waiting ? merged(waiting, change) : change)
      }
      if (set.calls.length === 0) sleep(window).then(() => due(set))
      return new Promise((resolve, reject) => set.calls.push({ users, resolve, reject }))
    },

    /** Makes what waits due; settles when all is written. */
    flush() {
      if (open) due(open)
      return written
    },
  }
}
