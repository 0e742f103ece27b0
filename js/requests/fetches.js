// Fetches of models and collections that the engine orders: makes them, and reports how they end.

import { Ending } from '../../dist/wasm/remote_refresh.js'
import { fetchAsShown } from './paging.js'

/**
 * Goes along in a fetch's options, as `remoteRefresh`, so that what tells of the fetch can say which one it was. All it holds is
 * private: those who print or copy options see an empty object.
 */
class Flight {
  #owner
  #entity
  #number

  constructor(owner, entity, number) {
    this.#owner = owner
    this.#entity = entity
    this.#number = number
  }

  /** The numbers of the fetch and its entity, if the options are those of a fetch that `owner` makes. */
  static of(owner, options) {
    const flight = options?.remoteRefresh
    return flight instanceof Flight && flight.#owner === owner ? { id: flight.#entity, flight: flight.#number } : undefined
  }
}

export class Fetches {
  #engine
  #entities
  #live
  #requests
  #edits
  #report
  /** entity id → the views that have asked for it since its last fetch started, held weakly; the newest last. */
  #views = new Map()
  /** Number of a fetch that is waited for → what its events tell, and why it failed. */
  #waiting = new Map()
  /** Why the fetch failed that an event is about, which does not say which one it was. */
  #failure
  /** Whether jQuery makes the requests, which takes `cache: false`; the browser's `fetch` would refuse it. */
  jquery = () => false

  constructor({ engine, entities, live, requests, edits, report }) {
    this.#engine = engine
    this.#entities = entities
    this.#live = live
    this.#requests = requests
    this.#edits = edits
    this.#report = report
  }

  /** A view asks for an entity: by this its events name the view, and the engine knows what is in view. */
  askedBy(id, viewRef) {
    const views = this.#views.get(id)
    if (!views) this.#views.set(id, new Set([viewRef]))
    else if (views.size > 1 || !views.has(viewRef)) {
      views.delete(viewRef)
      views.add(viewRef)
    }
  }

  /** Has an entity's edits and requests followed from now on. */
  follow(entity) {
    this.#edits.follow(entity)
    this.#requests.follow(entity)
  }

  /** Of these entities those that a view shows whose element is in the window. */
  inView(ids) {
    const { innerWidth, innerHeight } = globalThis
    if (!(innerHeight > 0)) return []
    const isInView = ref => {
      const el = ref.deref()?.el
      // What has no place is not known to be out of view.
      if (typeof el?.getBoundingClientRect !== 'function') return el === undefined
      const { top, bottom, left, right } = el.getBoundingClientRect()
      return bottom > 0 && top < innerHeight && right > 0 && left < innerWidth && bottom > top
    }
    return ids.filter(id => [...this.#views.get(id) ?? []].some(isInView))
  }

  forget(id) {
    this.#views.delete(id)
    this.#edits.forget(id)
  }

  /** The numbers of the fetch, if the options are those of one of these. */
  numbersOf(options) {
    return Flight.of(this, options)
  }

  /**
   * Starts the fetch. It has ended with whatever comes first: its promise, the entity's own `sync`, `error` or
   * `invalid` event for it, or the engine's time limit. `fetch` may return a promise, a jqXHR, `undefined` or `false`.
   */
  start(id, flight) {
    const entity = this.#entities.object(id)
    // Collected, and nobody waits for it.
    if (!entity) return this.#engine.fetchEnded(id, flight, Ending.Impossible)
    const viewRef = [...this.#views.get(id) ?? []].at(-1)
    this.#views.set(id, new Set(viewRef ? [viewRef] : []))
    const about = { entity, view: viewRef?.deref() }
    const reason = this.#edits.reason(entity)
    if (reason) {
      this.#engine.hold(id, flight)
      this.#edits.hold(id, entity)
      this.#report('refresh:deferred', { ...about, reason })
      return
    }
    this.#waiting.set(flight, { about })
    this.#requests.follow(entity)
    this.#report('refresh:start', about)
    const numbers = { id, flight }
    try {
      const options = { remoteRefresh: new Flight(this, id, flight) }
      if (this.jquery()) options.cache = false
      const result = fetchAsShown(entity, this.#live.of(entity), this.#requests.remembered(entity), options)
      if (typeof result?.then === 'function') {
        result.then(() => this.end(numbers, Ending.Done), cause => this.end(numbers, Ending.Failed, 'fetch-failed', cause))
      } else this.#engine.fetchUnwatched(id, flight)
    } catch (cause) {
      this.end(numbers, Ending.Impossible, 'fetch-threw', cause)
    }
  }

  /** A fetch ended; the engine says whether that is news. */
  end({ id, flight }, ending, code, cause) {
    const waited = this.#waiting.get(flight)
    if (waited) waited.failure ??= { code, cause }
    this.#engine.fetchEnded(id, flight, ending, statusOf(cause))
  }

  /** What the engine reports within `act` failed for this reason: whichever fetch of ours that is. */
  failing(failure, act) {
    this.#failure = failure
    act()
    this.#failure = undefined
  }

  /** The engine: a fetch that was waited for has ended. */
  settled(flight, done) {
    const waited = this.#waiting.get(flight)
    this.#waiting.delete(flight)
    if (!waited) return
    if (done) this.#report('refresh:done', waited.about)
    else this.#report('refresh:error', { ...waited.about, ...waited.failure ?? this.#failure })
  }

  /** The engine: a fetch took too long. */
  expired(flight, error) {
    const waited = this.#waiting.get(flight)
    this.#waiting.delete(flight)
    if (waited) this.#report('refresh:error', { ...waited.about, code: error.code, cause: error })
  }
}

/** The HTTP status that a jqXHR, a Response or an error carries. */
export function statusOf(cause) {
  const status = cause?.status ?? cause?.response?.status
  return Number.isInteger(status) && status >= 100 && status < 600 ? status : undefined
}
