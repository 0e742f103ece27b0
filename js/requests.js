// Requests that the app starts itself: they count, so that no refresh doubles one, and none is undone by one.
//
// A model or collection that the App has met is followed by its `request`, `sync` and `error` events. Where the app calls
// `App.observe(Backbone)`, every request of Backbone's is seen from its start, and writes go out under a name.

import { Flight } from './flight.js'
import { askedFor, isPageable, isPartial } from './paging.js'

const WHOLE = 0
const PARTIAL = 1

/** The header that names the client to the server; `App.observe` may choose another. */
export const CLIENT_HEADER = 'X-Client-Id'

export class Requests {
  #engine
  #entities
  #live
  #edits
  /** A request's options → how to end it. */
  #open = new WeakMap()
  /** entity → its requests under way, for a `sync` that passes other options on. */
  #openOf = new WeakMap()
  #followed = new WeakSet()
  /** entity → the options of the app's last whole read, where they are to be used again. */
  #asked = new WeakMap()
  /** Entities that were met after they may have started to fetch: one answer of theirs may be of unknown age. */
  #strangers = new WeakSet()
  /** Gives the App's own fetches. */
  #fetches
  #handlers

  constructor({ engine, entities, live, edits, fetches }) {
    this.#engine = engine
    this.#entities = entities
    this.#live = live
    this.#edits = edits
    this.#fetches = fetches
    this.#handlers = Object.entries(handlersOf(new WeakRef(this)))
  }

  // Entities that are met
  // ---------------------

  /** Follows an entity from now on; also again, where the app has let go of all its handlers. */
  follow(entity) {
    if (typeof entity.on !== 'function' || typeof entity.off !== 'function') return
    const isNew = !this.#followed.has(entity)
    if (isNew) {
      this.#strangers.add(entity)
      this.#followed.add(entity)
    }
    try {
      for (const [name, handler] of this.#handlers) {
        if (handles(entity, name, handler)) continue
        if (!isNew) entity.off(name, handler)
        entity.on(name, handler)
      }
    } catch {
      // A frozen entity takes no handlers; promises and the time limit will do.
    }
  }

  /** What the app's own last read of the entity asked for, if `App.live` said to remember it. */
  remembered(entity) {
    return this.#live.of(entity).remember ? this.#asked.get(entity) : undefined
  }

  started(entity, options) {
    if (!options || this.#isOurs(options) || this.#open.has(options)) return
    this.#start(entity, options, isWrite(options) ? 'update' : 'read')
  }

  /** An event says that a request of the entity ended: ours, the app's, or one that started before the entity was met. */
  ended(entity, options, how, code, cause) {
    if (!options) this.#fetches().settleNewest(entity, how, code, cause)
    else if (this.#isOurs(options)) options.remoteRefresh.settleSoon(how, code, cause)
    else if (this.#open.has(options)) this.end(options, how === 'done', isGiven(cause))
    else if (this.#openOf.get(entity)?.size) this.end(this.#openOf.get(entity).values().next().value, how === 'done', isGiven(cause))
    else if (how === 'done' && !isWrite(options) && options.xhr && this.#strangers.delete(entity)) {
      queueMicrotask(() => this.#engine.strangerLanded(this.#entities.id(entity)))
    }
  }

  #isOurs(options) {
    return Flight.isOf(this.#fetches(), options)
  }

  // Starts and ends
  // ---------------

  /** Tells the engine of a request. Returns the write it is, if it is one. */
  #start(entity, options, method) {
    const engine = this.#engine
    if (method === 'read') {
      const partial = isPartial(entity, options)
      const { remember } = this.#live.of(entity)
      if (remember && options.remove !== false && !isPageable(entity)) this.#asked.set(entity, askedFor(options))
      const id = this.#entities.id(entity)
      const flight = engine.requestStarted(id, partial && !remember ? PARTIAL : WHOLE)
      this.#finish(entity, options, done => {
        if (done) engine.fetchDone(id, flight)
        else engine.fetchFailed(id, flight)
      })
      return undefined
    }
    // The answer of a write says what became of the model; where it created it, also that its collection holds it.
    const { collection } = entity
    const isKnown = typeof collection?.fetch === 'function' && (method === 'create' || this.#entities.knows(collection))
    const [given, touched] = [[entity], []]
    if (isKnown) (method === 'create' ? given : touched).push(collection)
    return this.write(given, touched, options)
  }

  /** A write starts. It ends by `end` with the same `options`. */
  write(given, touched, options) {
    const ids = list => Uint32Array.from(list, entity => this.#entities.id(entity))
    const write = this.#engine.writeStarted(ids(given), ids(touched))
    this.#finish(given[0], options, (done, gave) => {
      if (done) for (const entity of given) this.#edits.saved(entity, [])
      this.#engine.writeSettled(write, done, Boolean(gave))
    })
    return write
  }

  #finish(entity, options, tell) {
    const under = this.#openOf.get(entity) ?? new Set()
    this.#openOf.set(entity, under.add(options))
    this.#open.set(options, (...how) => {
      // Known until it is told, so that whatever else says that it ended is not taken for another's end.
      if (!under.delete(options)) return
      // Afterwards: the other handlers of the event come first, and see the entity before it fetches again.
      queueMicrotask(() => tell(...how))
    })
  }

  /** Ends a request or a write: whether well, and whether its answer says something. */
  end(options, done, gave) {
    this.#open.get(options)?.(done, gave)
  }

  /** Follows a write that the app makes by itself: `send` gets the headers to send, and returns a promise. */
  writeBy(given, header, send) {
    const key = {}
    const name = this.#engine.writeName(this.write(given, [], key))
    try {
      const result = send({ [header]: name })
      if (typeof result?.then === 'function') result.then(() => this.end(key, true, true), () => this.end(key, false))
      // Nobody will say how it ends.
      else this.end(key, false)
      return result
    } catch (cause) {
      this.end(key, false)
      throw cause
    }
  }

  // App.observe
  // -----------

  /** What the user did while a refresh of ours was under way is done again when its answer is shown. */
  #guardEdits(entity, options) {
    const { success } = options
    const edits = this.#edits
    options.success = function (...answer) {
      const restore = edits.keep(entity)
      const result = success?.apply(this, answer)
      restore?.()
      return result
    }
  }

  /** Makes one request by `call`, and follows it. */
  send(method, entity, options, header, call) {
    if (this.#isOurs(options) || this.#open.has(options)) {
      if (this.#isOurs(options)) {
        guardReset(options)
        this.#guardEdits(entity, options)
      }
      return call()
    }
    const write = this.#start(entity, options, method)
    if (write !== undefined) options.headers = { ...options.headers, [header]: this.#engine.writeName(write) }
    const { success, error } = options
    const end = (done, gave) => this.end(options, done, gave)
    const follow = (callback, done) => function (...args) {
      try {
        return callback?.apply(this, args)
      } finally {
        end(done, isGiven(args[0]))
      }
    }
    options.success = follow(success, true)
    options.error = follow(error, false)
    guardReset(options)
    try {
      const result = call()
      // A `sync` that calls nobody back still ends with its promise.
      if (typeof result?.then === 'function') result.then(answer => end(true, isGiven(answer)), () => end(false))
      return result
    } catch (cause) {
      end(false)
      throw cause
    }
  }
}

/** An empty body (204, or 304 by way of jQuery) leaves a collection as it is, but a reset would empty it. */
function guardReset(options) {
  if (!options.reset) return
  const { success } = options
  options.success = function (answer, ...rest) {
    if (!isGiven(answer)) options.reset = false
    return success?.call(this, answer, ...rest)
  }
}

const isGiven = answer => answer !== undefined && answer !== null && answer !== ''

/** Backbone gives `parse` to a fetch, `parse` and `validate` to a save, neither to a destroy. */
const isWrite = options => !('parse' in options) || options.validate === true

/** Whether the entity has this handler, looked up where Backbone keeps them. */
function handles(entity, name, handler) {
  const handlers = entity._events?.[name]
  if (!Array.isArray(handlers)) return false
  for (const { callback } of handlers) if (callback === handler) return true
  return false
}

/** Shared by all entities; they hold the App weakly, for they may outlive it. */
function handlersOf(ref) {
  const on = act => function (source, ...rest) {
    const requests = ref.deref()
    // What bubbles up from a member is not the collection's own.
    if (requests && source === this) act(requests, source, ...rest)
  }
  return {
    request: on((requests, entity, xhr, options) => requests.started(entity, options)),
    sync: on((requests, entity, response, options) => requests.ended(entity, options, 'done', undefined, response)),
    error: on((requests, entity, response, options) => requests.ended(entity, options, 'failed', 'fetch-failed', response)),
    invalid: on((requests, entity, error, options) => {
      // A collection goes on without the member that is invalid, and says `sync`.
      if (!entity.models && options?.remoteRefresh) requests.ended(entity, options, 'impossible', 'invalid', error)
    }),
  }
}
