// The network of one page, with a switch: what goes through `fetch` and XMLHttpRequest fails while it is off, and what was under way
// breaks off. The page is told by the same event as by a browser that has lost its network.

export class Network {
  #window
  #offline = false
  #cut = new AbortController()
  /** Requests under way. */
  #requests = new Set()

  constructor(window) {
    this.#window = window
    Object.defineProperty(window.navigator, 'onLine', { configurable: true, get: () => !this.#offline })
    this.#gateFetch(window.fetch)
    this.#gateRequests(window.XMLHttpRequest.prototype)
  }

  switch(offline) {
    if (offline === this.#offline) return
    this.#offline = offline
    if (offline) {
      this.#cut.abort(lost())
      for (const request of this.#requests) request.abort()
    } else {
      this.#cut = new AbortController()
    }
    this.#window.dispatchEvent(new Event(offline ? 'offline' : 'online'))
  }

  #gateFetch(fetch) {
    this.#window.fetch = (input, options) => {
      if (this.#offline) return Promise.reject(lost())
      const signals = [this.#cut.signal, options?.signal].filter(Boolean)
      return fetch(input, { ...options, signal: AbortSignal.any(signals) })
    }
  }

  #gateRequests(prototype) {
    const network = this
    const { send } = prototype
    prototype.send = function (body) {
      if (network.#offline) {
        // As from a browser without a network: later, and with no status.
        setTimeout(() => this.dispatchEvent(new ProgressEvent('error')))
        return
      }
      network.#requests.add(this)
      this.addEventListener('loadend', () => network.#requests.delete(this), { once: true })
      send.call(this, body)
    }
  }
}

const lost = () => new TypeError('The network is switched off')
