// Starts fetches of models and collections, and knows when one has settled.

import { coded } from './error.js'

export class Fetches {
  #engine
  #entities
  #report
  /** entity id → the view that asked last, held weakly, for the events. */
  #views = new Map()
  /** flight → how to stop waiting for it. */
  #waiting = new Map()

  constructor(engine, entities, report) {
    this.#engine = engine
    this.#entities = entities
    this.#report = report
  }

  /** Refreshes an entity that a view shows, if that is due in the pass under way. */
  request(entity, viewRef) {
    const id = this.#entities.id(entity)
    const flight = this.#engine.visitEntity(id)
    this.#views.set(id, viewRef)
    if (flight) this.start(id, flight)
  }

  forget(id) {
    this.#views.delete(id)
  }

  /**
   * Starts the fetch. It has settled on whatever comes first: its promise, the entity's own `sync`, `error` or
   * `invalid` event for it, or the engine's time limit. `fetch` may return a promise, a jqXHR, `undefined` or `false`.
   */
  start(id, flight) {
    const entity = this.#entities.object(id)
    if (!entity) return
    const about = { entity, view: this.#views.get(id)?.deref() }
    // `sync` and `error` hand their options on: this tells our fetch's from another one's.
    const marker = { flight }
    let settled = false
    const settle = (outcome, code, cause) => {
      if (settled) return
      settled = true
      this.#waiting.delete(flight)
      stop()
      if (outcome === 'done') {
        this.#report('refresh:done', about)
        this.#engine.fetchDone(id, flight)
        return
      }
      this.#report('refresh:error', { ...about, code, cause })
      if (outcome === 'impossible') this.#engine.fetchImpossible(id, flight)
      else if (outcome === 'failed') this.#engine.fetchFailed(id, flight, statusOf(cause))
    }
    const stop = listen(entity, marker, settle)
    this.#waiting.set(flight, () => settle('expired', 'fetch-timeout', coded('fetch-timeout',
      'the fetch did not settle in time: return its promise from `fetch`, or trigger `sync` or `error` when it is over')))
    this.#report('refresh:start', about)
    try {
      const result = entity.fetch({ remoteRefresh: marker })
      if (typeof result?.then === 'function') {
        result.then(() => settle('done'), cause => settle('failed', 'fetch-failed', cause))
      }
    } catch (cause) {
      settle('impossible', 'fetch-threw', cause)
    }
  }

  /** The engine waited long enough, and takes the fetch for failed. */
  expire(flight) {
    this.#waiting.get(flight)?.()
  }
}

/** Listens for the end of one fetch of the entity. Returns how to stop. */
function listen(entity, marker, settle) {
  if (typeof entity.on !== 'function' || typeof entity.off !== 'function') return () => {}
  const ours = (source, options) => source === entity && (!options || options.remoteRefresh === marker)
  // Afterwards: the other handlers of the event come first, and see the entity before it fetches again.
  const later = (...how) => queueMicrotask(() => settle(...how))
  const handlers = {
    sync: (source, response, options) => ours(source, options) && later('done'),
    error: (source, response, options) => ours(source, options) && later('failed', 'fetch-failed', response),
    // A collection goes on without the member that is invalid, and says `sync`.
    invalid: (source, error, options) => ours(source, options) && !entity.models && later('impossible', 'invalid', error),
  }
  const each = method => {
    try {
      for (const name in handlers) entity[method](name, handlers[name])
    } catch {
      // A frozen entity takes no handlers; its promise or the time limit will do.
    }
  }
  each('on')
  return () => each('off')
}

/** The HTTP status that a jqXHR, a Response or an error carries. */
function statusOf(cause) {
  const status = cause?.status ?? cause?.response?.status
  return Number.isInteger(status) && status >= 100 && status < 600 ? status : undefined
}
