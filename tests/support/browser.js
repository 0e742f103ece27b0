// What the tests in a browser need besides: the page's own events, other tabs, and how many listeners there are.

export const dispatchOnWindow = name => window.dispatchEvent(new Event(name))

export const dispatchOnDocument = name => document.dispatchEvent(new Event(name))

export const showPage = persisted => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted }))

export const hidePage = persisted => window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted }))

/** Says that the tab is `hidden` or `visible`. */
export function becomesSilently(visibilityState) {
  Object.defineProperty(document, 'visibilityState', { configurable: true, value: visibilityState })
}

/** The same, and reports it to the page. */
export function becomes(visibilityState) {
  becomesSilently(visibilityState)
  document.dispatchEvent(new Event('visibilitychange'))
}

/** The browser's own answer again. */
export const forgetVisibility = () => {
  if (typeof document !== 'undefined') delete document.visibilityState
}

/** Counts the listeners that are added to the window, the document and channels, less those that are removed, until `stop`. */
export class Listeners {
  count = 0
  #undo = []

  constructor() {
    const listeners = this
    for (const target of [window, document, BroadcastChannel.prototype]) {
      for (const [method, change] of [['addEventListener', 1], ['removeEventListener', -1]]) {
        target[method] = function (...args) {
          listeners.count += change
          return EventTarget.prototype[method].apply(this ?? window, args)
        }
        this.#undo.push(() => delete target[method])
      }
    }
  }

  stop() {
    for (const undo of this.#undo) undo()
    return this.count
  }
}

/** Another tab of the same user, as far as the engine can see one: its end of the channel, and its claim to the lock. */
export class Neighbour {
  #name
  #channel
  #heard = []
  #release

  constructor(name) {
    this.#name = name
    this.#channel = new BroadcastChannel(name)
    this.#channel.onmessage = ({ data }) => this.#heard.push(data)
  }

  /** What was heard since the last call, as JSON. */
  take() {
    return this.#heard.splice(0).map(message => JSON.stringify(message))
  }

  /** Sends any value that can be sent. */
  post(message) {
    this.#channel.postMessage(message)
  }

  /** Leads: waits for the lock and keeps it. */
  lead() {
    return new Promise(granted => {
      navigator.locks.request(this.#name, () => new Promise(release => {
        this.#release = release
        granted()
      }))
    })
  }

  /** Whether nobody has the lock, nor waits for it. */
  async isFree() {
    const { held, pending } = await navigator.locks.query()
    return ![...held, ...pending].some(({ name }) => name === this.#name)
  }

  /** Whether somebody waits for the lock. */
  async isAwaited() {
    const { pending } = await navigator.locks.query()
    return pending.some(({ name }) => name === this.#name)
  }

  leave() {
    this.#release?.()
    this.#channel.close()
  }
}

/** Makes the browser refuse something, until `undo`. */
export class Refusal {
  #undo

  constructor(what) {
    const { BroadcastChannel } = globalThis
    const { locks } = navigator
    const refuse = {
      channel() {
        globalThis.BroadcastChannel = class {
          constructor() {
            throw new DOMException('no channels here', 'SecurityError')
          }
        }
      },
      'no channel': () => { globalThis.BroadcastChannel = undefined },
      'lock throws'() {
        locks.request = () => { throw new DOMException('no locks here', 'SecurityError') }
      },
      'lock rejects'() {
        locks.request = () => Promise.reject(new DOMException('no locks here', 'SecurityError'))
      },
    }
    refuse[what]()
    this.#undo = () => {
      globalThis.BroadcastChannel = BroadcastChannel
      delete locks.request
    }
  }

  undo() {
    this.#undo()
  }
}
