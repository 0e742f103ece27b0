// A clock that a test turns: what the engine and the app wait for comes when the test says so, in order, without waiting.
import { coded } from '../error.js'
import { turn } from './turn.js'

let installed = false

/** Takes the place of `Date` and of the timers, until `uninstall`. */
export function virtualClock({ now = Date.now() } = {}) {
  if (installed) throw coded('clock-installed', 'there is a virtual clock already: call its `uninstall()` when its test is over')
  installed = true
  const { Date: RealDate, setTimeout, clearTimeout, setInterval, clearInterval } = globalThis
  /** number → `{ at, act, every }` */
  const timers = new Map()
  let last = 0

  class VirtualDate extends RealDate {
    constructor(...args) {
      super(...(args.length ? args : [now]))
    }

    static now() {
      return now
    }
  }

  const add = (act, delay, every, args) => {
    const wait = Math.max(Number(delay) || 0, every ? 1 : 0)
    timers.set(++last, { at: now + wait, act: () => act(...args), every: every && wait })
    return handleOf(last)
  }
  const clear = handle => timers.delete(Number(handle))
  Object.assign(globalThis, {
    Date: VirtualDate,
    setTimeout: (act, delay, ...args) => add(act, delay, false, args),
    setInterval: (act, delay, ...args) => add(act, delay, true, args),
    clearTimeout: clear,
    clearInterval: clear,
  })

  /** The timer that is due first, until then; of those for the same time, the one that was set first. */
  const firstUntil = end => {
    let first
    for (const [id, timer] of timers) if (timer.at <= end && !(timer.at >= first?.at)) first = { id, ...timer }
    return first
  }

  return {
    get now() {
      return now
    },
    get waiting() {
      return timers.size
    },
    async advance(ms) {
      if (!(ms >= 0)) throw coded('invalid-time', '`advance` needs the milliseconds to go forward')
      const end = now + ms
      await turn()
      for (let due; (due = firstUntil(end));) {
        now = Math.max(now, due.at)
        if (due.every) timers.set(due.id, { at: now + due.every, act: due.act, every: due.every })
        else timers.delete(due.id)
        due.act()
        // What it caused comes before the next: promises' reactions, and their timers.
        await turn()
      }
      now = end
    },
    uninstall() {
      if (!installed || globalThis.Date !== VirtualDate) return
      installed = false
      timers.clear()
      Object.assign(globalThis, { Date: RealDate, setTimeout, clearTimeout, setInterval, clearInterval })
    },
  }
}

/** Browsers have numbers for timers; Node has objects, on which `unref` and the like are called. */
function handleOf(id) {
  if (typeof process === 'undefined') return id
  const handle = { ref: () => handle, unref: () => handle, hasRef: () => true, [Symbol.toPrimitive]: () => id }
  return handle
}
