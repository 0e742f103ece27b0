// What the tests of the wasm shell need in JavaScript, in Node and in a browser: a network that answers as a test says, a host
// that writes down the engine's calls, and a clock that a test moves.

const FEED = 'https://feed.test'

/** Stands in for `fetch` as long as it is installed; requests to other places go through. */
export class Network {
  requests = []
  #real = globalThis.fetch
  #throws

  constructor() {
    globalThis.fetch = (url, init) => {
      if (!String(url).startsWith(FEED)) return this.#real.call(globalThis, url, init)
      const message = this.#throws
      this.#throws = undefined
      if (message !== undefined) throw new TypeError(message)
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

  /** The next call of `fetch` throws this, instead of returning a promise. It is no request then. */
  throwOnce(message) {
    this.#throws = message
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
    signal.addEventListener('abort', this.#aborted = () => {
      this.#reject(signal.reason)
      try {
        this.#body?.error(signal.reason)
      } catch {
        // It has ended already.
      }
    })
  }

  #aborted

  /** Answers although it was aborted, as a request does whose answer was on its way. */
  ignoreAbort() {
    this.signal.removeEventListener('abort', this.#aborted)
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
  #snapshots = []
  #statuses = []
  #provided = []
  #provides = false
  #inView = []

  host() {
    const note = (name, line, ...reported) => {
      this.lines.push(line)
      this.#reactions[name]?.(...reported)
    }
    const keep = snapshot => {
      this.#snapshots.push(snapshot)
      return snapshot
    }
    return {
      emit: (event, snapshot, previous, pass) => note('emit', `${event} ${snapshot.name()} ${JSON.stringify(keep(snapshot).val())}`, 0, pass),
      emitModel: (operation, type, id, snapshot, pass) => note('emitModel', `model ${operation} ${type} ${id}`, 0, keep(snapshot) && pass),
      // Most tests are not about reviews: without a reaction it is not noted.
      reviewPage: view => this.#reactions.reviewPage?.(view, 0),
      callHook: (view, snapshot, pass) => note('callHook', `hook ${view} ${keep(snapshot).name()}`, view, pass),
      inView: ids => {
        this.#reactions.inView?.(ids.length, 0)
        return Uint32Array.from(ids).filter(id => this.#inView.includes(id))
      },
      fetch: (entity, flight) => note('fetch', `fetch ${entity}`, entity, flight),
      settled: (entity, flight, done) => note('settled', `settled ${entity} ${done ? 'done' : 'failed'}`, entity, flight),
      expired: (entity, flight, error) => note('expired', `expired ${entity} ${error.code}`, entity, flight),
      deferred: view => note('deferred', `deferred ${view}`, view, 0),
      feedState: (feed, status) => {
        const { state, reason } = status
        this.#statuses.push(status)
        note('feedState', `feed ${feed} ${state}${reason ? ` ${reason.code}: ${reason.message}` : ''}`, feed, 0)
      },
      provide: (stream, token, signal) => {
        if (!this.#provides) return false
        this.#provided.push({ stream, signal })
        note('provide', `provide ${token ?? null}`, 0, 0)
        return true
      },
      requestToken: (request, fresh) => note('requestToken', `token ${fresh ? 'fresh' : 'any'}`, request, 0),
    }
  }

  react(name, reaction) {
    this.#reactions[name] = reaction
  }

  take() {
    return this.lines.splice(0)
  }

  /** The snapshot that the engine gave last. */
  snapshot() {
    return this.#snapshots.at(-1)
  }

  /** The feed's state as it was reported last. */
  status() {
    return this.#statuses.at(-1)
  }

  /** From now on the feed has a provider. */
  provide() {
    this.#provides = true
  }

  /** The stream that the provider got last, and the signal that ends it. */
  provided() {
    return this.#provided.at(-1)?.stream
  }

  signal() {
    return this.#provided.at(-1)?.signal
  }

  /** These entities are in view, and no others. */
  see(entities) {
    this.#inView = [...entities]
  }
}

const { setTimeout, clearTimeout } = globalThis
const dateNow = Date.now

export const turn = () => new Promise(resolve => setTimeout(resolve, 4))

/** Time stands still, and timers wait, until `advance`. Restored by `restore`. */
export class Clock {
  #now = dateNow()
  #last = 0
  #timers = new Map()
  /** How many timers were set so far. */
  set = 0

  constructor() {
    Date.now = () => this.#now
    globalThis.setTimeout = (act, delay) => {
      this.set++
      this.#timers.set(++this.#last, { act, delay, due: this.#now + delay })
      return this.#last
    }
    globalThis.clearTimeout = timer => { this.#timers.delete(timer) }
  }

  /** The delays of the timers that wait, in the order in which they were set. */
  delays() {
    return Array.from(this.#timers.values(), ({ delay }) => delay)
  }

  /** Moves the time on by so many milliseconds; timers fire when they are due. */
  advance(milliseconds) {
    const end = this.#now + milliseconds
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.due <= end).sort(([, a], [, b]) => a.due - b.due)[0]
      if (!due) break
      const [id, { act, due: at }] = due
      this.#timers.delete(id)
      this.#now = Math.max(this.#now, at)
      act()
    }
    this.#now = end
  }

  restore() {
    Date.now = dateNow
    Object.assign(globalThis, { setTimeout, clearTimeout })
  }
}

/** The value of an expression. */
export const js = expression => new Function(`return (${expression})`)()
