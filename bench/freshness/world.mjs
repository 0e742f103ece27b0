// What every contestant meets: an API server whose answers take a while, a feed that tells of changes, a browser that can be
// hidden or offline, and a note of what is on the screen.

/** How long an answer takes, in ms, unless a scenario says otherwise. */
export const FETCH = 50

const now = () => performance.now()

/** Waits at least this long: a timer may come a little early. */
export async function sleep(ms) {
  for (const end = now() + ms; now() < end;) await new Promise(resolve => setTimeout(resolve, end - now()))
}

export class World {
  /** name → the server's version of that entity. */
  versions = new Map()
  /** name → the version on the screen. */
  shown = new Map()
  /** Each request: what it was for, and when. */
  requests = []
  /** How long the next answers take; what comes after them takes `FETCH`. */
  delays = []
  /** Each change: of what, which version, when it was made, and when the screen had it. */
  changes = []
  /** When contestants heard of changes. */
  heard = []
  /** Requests without an answer yet. */
  open = 0
  /** Since when all on the screen is up to date. */
  freshSince = 0
  /** When the feed came back or the page was seen again: a contestant can't be asked to be fresh before. */
  seam = 0

  #listener = () => {}
  #connected = true
  #back = []

  constructor({ names, views }) {
    this.names = names
    /** For each subview, the names of the entities it shows. */
    this.views = views
    for (const name of names) this.versions.set(name, 0)
  }

  // The server
  // ----------

  /** Answers with the versions of the moment it was asked. An abort ends the wait, not the server's work. */
  async get(names, signal) {
    const answer = names.map(name => [name, this.versions.get(name)])
    this.requests.push({ names, at: now() })
    this.open++
    try {
      // One timer: those of the same delay end in the order they began.
      await new Promise(resolve => setTimeout(resolve, this.delays.shift() ?? FETCH))
    } finally {
      this.open--
    }
    if (signal?.aborted) throw signal.reason
    return Object.fromEntries(answer)
  }

  /** Changes every entity, and tells. */
  change() {
    for (const name of this.names) {
      const version = this.versions.get(name) + 1
      this.versions.set(name, version)
      this.changes.push({ name, version, at: now() })
    }
    this.freshSince = undefined
    if (this.#connected) this.#listener('change')
  }

  // The feed
  // --------

  /** `listener` is told of each `change`, and when the feed is `away` and `back`; it is the contestant's to hear it. */
  listen(listener) {
    this.#listener = listener
  }

  get connected() {
    return this.#connected
  }

  away() {
    this.#connected = false
    this.#listener('away')
  }

  back() {
    this.#connected = true
    this.seam = now()
    this.#listener('back')
    for (const resolve of this.#back.splice(0)) resolve()
  }

  /** Resolves when there is a way to the feed. */
  whenBack() {
    return this.#connected ? Promise.resolve() : new Promise(resolve => this.#back.push(resolve))
  }

  // The screen
  // ----------

  show(name, version) {
    if (!this.versions.has(name) || version === undefined) return
    this.shown.set(name, version)
    for (const change of this.changes) {
      if (change.name === name && change.version <= version) change.seen ??= now()
    }
    if (!this.fresh) this.freshSince = undefined
    else this.freshSince ??= now()
  }

  get fresh() {
    return this.names.every(name => this.shown.get(name) === this.versions.get(name))
  }
}

// The browser
// -----------

let visible = true
let online = true

/** Puts the page where scenarios can hide it and take it off the network. */
export function ownBrowser() {
  Object.defineProperties(document, {
    hidden: { get: () => !visible, configurable: true },
    visibilityState: { get: () => (visible ? 'visible' : 'hidden'), configurable: true },
  })
  Object.defineProperty(navigator, 'onLine', { get: () => online, configurable: true })
}

export function setVisible(is) {
  visible = is
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
}

export function setOnline(is) {
  online = is
  window.dispatchEvent(new Event(is ? 'online' : 'offline'))
}
