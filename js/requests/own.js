// Requests that the app starts itself: they count, so that no refresh doubles one, and none is undone by one.
//
// A model or collection that the App has met is followed by its `request`, `sync` and `error` events. Where the app calls
// `App.observe(Backbone)`, every request of Backbone's is seen from its start, and writes go out under a name. What an event or an
// end means is decided in the engine (crates/core/src/app/traffic.rs); this reads methods and options.

import { Ending, isWrite, Options } from '../../dist/wasm/remote_refresh.js'
import { backboneFields } from '../events.js'
import { statusOf } from './fetches.js'
import { askedFor, isPageable, isPager } from './paging.js'

/** The header that names the client to the server; `App.observe` may choose another. */
export const CLIENT_HEADER = 'X-Client-Id'

export class OwnRequests {
  #engine
  #entities
  #live
  #edits
  /** A request's options → `{ number, given }`: its number, and the entities whose new state a write's answer gives. */
  #open = new WeakMap()
  #followed = new WeakSet()
  /** entity → the options of the app's last whole read, where they are to be used again. */
  #asked = new WeakMap()
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

  /** Follows an entity from now on; also again, where the app has removed all its handlers. */
  follow(entity) {
    if (typeof entity.on !== 'function' || typeof entity.off !== 'function') return
    const isNew = !this.#followed.has(entity)
    if (isNew) {
      this.#engine.meet(this.#entities.id(entity))
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

  /** A `request` event. */
  started(entity, options) {
    if (!options || this.#fetches().numbersOf(options) || this.#open.has(options)) return
    this.#start(entity, options, isWrite('parse' in options, options.validate === true) ? 'update' : 'read')
  }

  /** An event says that a request of the entity ended. The entity's other handlers see it before it is fetched again. */
  ended(entity, options, ending, code, cause) {
    queueMicrotask(() => {
      const fetches = this.#fetches()
      const ours = fetches.numbersOf(options)
      if (ours) return fetches.end(ours, ending, code, cause)
      const open = options && this.#open.get(options)
      if (open) return this.#end(open, ending === Ending.Done, isGiven(cause))
      const source = !options ? Options.None : isWrite('parse' in options, options.validate === true) ? Options.OfWrite : Options.OfRead
      fetches.failing({ code, cause }, () => {
        this.#engine.eventEnded(this.#entities.id(entity), source, ending, statusOf(cause), Boolean(options?.xhr), isGiven(cause))
      })
    })
  }

  // Starts and ends
  // ---------------

  /** Reports a request to the engine. Returns its number. */
  #start(entity, options, method) {
    if (method !== 'read') return this.#startSave(entity, options, method === 'create')
    const { remember = false } = this.#live.of(entity)
    if (remember && options.remove !== false && !isPageable(entity)) this.#asked.set(entity, askedFor(options))
    const { url, data } = options
    const number = this.#engine.readStarted(
      this.#entities.id(entity),
      options.remove === false || options.add === false || options.merge === false,
      url !== undefined || (isObject(data) ? Object.keys(data).length > 0 : Boolean(data)),
      isPager(entity),
      remember,
    )
    this.#open.set(options, { number, given: [] })
    return number
  }

  #startSave(model, options, creates) {
    const { collection } = model
    const isKnown = typeof collection?.fetch === 'function' && (creates || this.#entities.knows(collection))
    const number = this.#engine.saveStarted(this.#entities.id(model), creates, isKnown ? this.#entities.id(collection) : undefined)
    this.#open.set(options, { number, given: isKnown && creates ? [model, collection] : [model] })
    return number
  }

  /** Ends a request: whether well, and whether its answer says something. Only the first end counts. */
  #end(open, done, gave) {
    if (open.over) return
    open.over = true
    if (done) for (const entity of open.given) this.#edits.saved(entity, [])
    this.#engine.requestEnded(open.number, done, gave)
  }

  #endSoon(options, ...how) {
    const open = this.#open.get(options)
    if (open) queueMicrotask(() => this.#end(open, ...how))
  }

  /** Follows a write that the app makes by itself: `send` gets the headers to send, and returns a promise. */
  writeBy(given, header, send) {
    const key = {}
    const number = this.#engine.writeStarted(Uint32Array.from(given, entity => this.#entities.id(entity)))
    this.#open.set(key, { number, given })
    try {
      const result = send({ [header]: this.#engine.requestName(number) })
      if (typeof result?.then === 'function') result.then(() => this.#endSoon(key, true, true), () => this.#endSoon(key, false, false))
      // Nobody will say how it ends.
      else this.#endSoon(key, false, false)
      return result
    } catch (cause) {
      this.#endSoon(key, false, false)
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
    const isOurs = Boolean(this.#fetches().numbersOf(options))
    if (isOurs || this.#open.has(options)) {
      if (isOurs) {
        guardReset(options)
        this.#guardEdits(entity, options)
      }
      return call()
    }
    const name = this.#engine.requestName(this.#start(entity, options, method))
    if (name !== undefined) options.headers = { ...options.headers, [header]: name }
    const { success, error } = options
    const end = (...how) => this.#endSoon(options, ...how)
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
      if (typeof result?.then === 'function') result.then(answer => end(true, isGiven(answer)), () => end(false, false))
      return result
    } catch (cause) {
      end(false, false)
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

const isObject = value => typeof value === 'object' && value !== null

const isGiven = answer => answer !== undefined && answer !== null && answer !== ''

/** Whether the entity has this handler, looked up where Backbone keeps them. */
function handles(entity, name, handler) {
  const handlers = backboneFields(entity)._events?.[name]
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
    sync: on((requests, entity, response, options) => requests.ended(entity, options, Ending.Done, undefined, response)),
    error: on((requests, entity, response, options) => requests.ended(entity, options, Ending.Failed, 'fetch-failed', response)),
    invalid: on((requests, entity, error, options) => {
      // A collection goes on without the member that is invalid, and triggers `sync`.
      if (!entity.models && options?.remoteRefresh) requests.ended(entity, options, Ending.Impossible, 'invalid', error)
    }),
  }
}
