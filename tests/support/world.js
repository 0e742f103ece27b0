// What the browser tests need in JavaScript: a network that does as a test tells it, a host that notes the engine's calls,
// and the page's own events.

const FEED = 'https://feed.test'

/** Stands in for `fetch` as long as it is installed; requests to other places go through. */
export class Network {
  requests = []
  #real = globalThis.fetch

  constructor() {
    globalThis.fetch = (url, init) => {
      if (!String(url).startsWith(FEED)) return this.#real.call(globalThis, url, init)
      const request = new Request(String(url), init)
      this.requests.push(request)
      return request.answer
    }
  }

  count() {
    return this.requests.length
  }

  request(index) {
    return this.requests[index]
  }

  uninstall() {
    globalThis.fetch = this.#real
  }
}

/** One request, and the stream that a test answers it with. */
class Request {
  #resolve
  #reject
  #body
  cancelled = false

  constructor(url, { headers, cache, signal }) {
    Object.assign(this, { url, cache, signal, accept: new Headers(headers).get('accept') })
    this.answer = new Promise((resolve, reject) => { [this.#resolve, this.#reject] = [resolve, reject] })
    signal.addEventListener('abort', () => {
      this.#reject(signal.reason)
      try {
        this.#body?.error(signal.reason)
      } catch {
        // It has ended already.
      }
    })
  }

  aborted() {
    return this.signal.aborted
  }

  respond(status) {
    const source = { start: body => { this.#body = body }, cancel: () => { this.cancelled = true } }
    this.#resolve(new Response(new ReadableStream(source), { status }))
  }

  respondWithoutBody(status) {
    this.#resolve(new Response(null, { status }))
  }

  write(bytes) {
    this.#body.enqueue(bytes.slice())
  }

  end() {
    this.#body.close()
  }

  breakOff(message) {
    this.#body.error(new TypeError(message))
  }

  fail(message) {
    this.#reject(new TypeError(message))
  }
}

/** What the engine calls. Each call becomes a line of the log; a test can have one react. */
export class World {
  lines = []
  #reactions = {}

  host() {
    const note = (name, line, ...reported) => {
      this.lines.push(line)
      this.#reactions[name]?.(...reported)
    }
    return {
      emit: (event, snapshot, previous, pass) => note('emit', `${event} ${snapshot.name()} ${JSON.stringify(snapshot.val())}`, 0, pass),
      emitModel: (operation, type, id, snapshot, pass) => note('emitModel', `model ${operation} ${type} ${id}`, 0, pass),
      reviewPage: () => {},
      callHook: (view, snapshot, pass) => note('callHook', `hook ${view} ${snapshot.name()}`, view, pass),
      fetch: (entity, flight) => note('fetch', `fetch ${entity}`, entity, flight),
      fetchExpired: (entity, flight) => note('fetchExpired', `expired ${entity}`, entity, flight),
      deferred: view => note('deferred', `deferred ${view}`, view, 0),
      feedState: (feed, { state, reason }) =>
        note('feedState', `feed ${feed} ${state}${reason ? ` ${reason.code}: ${reason.message}` : ''}`, feed, 0),
      provide: () => false,
      requestToken: (request, fresh) => note('requestToken', `token ${fresh ? 'fresh' : 'any'}`, request, 0),
    }
  }

  react(name, reaction) {
    this.#reactions[name] = reaction
  }

  take() {
    return this.lines.splice(0)
  }
}

export const turn = () => new Promise(resolve => setTimeout(resolve, 4))

export const dispatchOnWindow = name => window.dispatchEvent(new Event(name))

export const dispatchOnDocument = name => document.dispatchEvent(new Event(name))

export const showPage = persisted => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted }))

/** Says that the tab is `hidden` or `visible`, and tells the page so. */
export function becomes(visibilityState) {
  Object.defineProperty(document, 'visibilityState', { configurable: true, value: visibilityState })
  document.dispatchEvent(new Event('visibilitychange'))
}

/** The browser's own answer again. */
export const forgetVisibility = () => delete document.visibilityState

/** Counts the listeners that are added to the window and the document, less those that are removed, until `stop`. */
export class Listeners {
  count = 0
  #undo = []

  constructor() {
    for (const target of [window, document]) {
      for (const [method, change] of [['addEventListener', 1], ['removeEventListener', -1]]) {
        target[method] = (...args) => {
          this.count += change
          return EventTarget.prototype[method].apply(target, args)
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
