// One stream for all tabs: who holds the lock leads, and tells the others by a channel what it knows.
//
// Both are the origin's own (Web Locks, BroadcastChannel), and named after the feed, so tabs of another user hear nothing.

/** Whether this page can share; without a lock manager (or a secure context) each tab has its own stream. */
export const canShare = () => typeof document !== 'undefined' && typeof BroadcastChannel === 'function'
  && typeof navigator.locks?.request === 'function'

export class Tabs {
  #name
  #handlers
  #channel
  /** Ends the wait for the lock, or its possession. */
  #release

  /** `handlers`: `lead()` when the lock is ours, `asked()` when another tab wants to know, `heard(state, data)`. */
  constructor(name, handlers) {
    this.#name = name
    this.#handlers = handlers
  }

  /** Stands in line for the lock, if it doesn't yet, and asks the tab that leads. */
  ask() {
    if (!this.#channel) this.#join()
    this.#channel.postMessage({ ask: true })
  }

  tell(state, data) {
    this.#channel?.postMessage({ state, data })
  }

  /** Leaves the line, or lets the next tab lead. */
  leave() {
    this.#channel?.close()
    this.#channel = undefined
    this.#release?.()
    this.#release = undefined
  }

  #join() {
    const channel = this.#channel = new BroadcastChannel(this.#name)
    channel.onmessage = ({ data }) => {
      if (data?.ask === true) this.#handlers.asked()
      else if (typeof data?.state === 'string') this.#handlers.heard(data.state, data.data)
    }
    const wait = new AbortController()
    const left = new Promise(resolve => {
      this.#release = () => {
        wait.abort()
        resolve()
      }
    })
    navigator.locks.request(this.#name, { signal: wait.signal }, () => {
      if (wait.signal.aborted) return
      this.#handlers.lead()
      return left
    }).catch(error => {
      // Left before it was our turn; else there is no lock to be had (in a sandboxed frame, say), so every tab leads itself.
      if (!wait.signal.aborted) this.#handlers.lead(error)
    })
  }
}
