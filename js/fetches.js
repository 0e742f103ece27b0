// Starts fetches of models and collections, and knows when one has settled.

import { coded } from './error.js'
import { Flight } from './flight.js'
import { fetchAsShown } from './paging.js'

export class Fetches {
  #engine
  #entities
  #live
  #requests
  #edits
  #report
  /** entity id → the view that asked last, held weakly, for the events. */
  #views = new Map()
  /** Number of a flight → the flight, while the engine waits for it. */
  #waiting = new Map()
  /** entity id → its newest flight, until that has settled; it may take too long, and settle all the same. */
  #newest = new Map()
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

  /**
   * Refreshes an entity that a view shows, if that is due in the pass under way. Returns what the engine said: a flight, or why
   * there is none.
   */
  request(entity, viewRef, type) {
    const id = this.#entities.id(entity)
    this.#edits.follow(entity)
    this.#edits.recheck(id, entity)
    const flight = this.#engine.visitEntity(id, type)
    this.#views.set(id, viewRef)
    if (flight > 0) this.start(id, flight)
    return flight
  }

  /** Has an entity that is displayed followed from now on, and fetched if it was requested before a change that concerns it. */
  review(entity, viewRef, type) {
    const id = this.#entities.id(entity)
    this.#edits.follow(entity)
    this.#requests.follow(entity)
    const flight = this.#engine.reviewEntity(id, type)
    if (!this.#views.has(id)) this.#views.set(id, viewRef)
    if (flight) this.start(id, flight)
  }

  forget(id) {
    this.#views.delete(id)
    this.#newest.delete(id)
    this.#edits.forget(id)
  }

  /**
   * Starts the fetch. It has settled on whatever comes first: its promise, the entity's own `sync`, `error` or
   * `invalid` event for it, or the engine's time limit. `fetch` may return a promise, a jqXHR, `undefined` or `false`.
   */
  start(id, flight) {
    const entity = this.#entities.object(id)
    if (!entity) return
    const about = { entity, view: this.#views.get(id)?.deref() }
    const reason = this.#edits.reason(entity)
    if (reason) {
      this.#engine.hold(id, flight)
      this.#edits.hold(id, entity)
      this.#report('refresh:deferred', { ...about, reason })
      return
    }
    const own = new Flight(this, id, flight, about)
    this.#waiting.set(flight, own)
    this.#newest.set(id, own)
    this.#requests.follow(entity)
    this.#report('refresh:start', about)
    try {
      const options = { remoteRefresh: own }
      if (this.jquery()) options.cache = false
      const result = fetchAsShown(entity, this.#live.of(entity), this.#requests.remembered(entity), options)
      if (typeof result?.then === 'function') {
        result.then(() => own.settle('done'), cause => own.settle('failed', 'fetch-failed', cause))
      }
    } catch (cause) {
      own.settle('impossible', 'fetch-threw', cause)
    }
  }

  /** What a flight is told by: see there. */
  settled(own, id, flight, about, outcome, code, cause) {
    this.#waiting.delete(flight)
    if (outcome !== 'expired' && this.#newest.get(id) === own) this.#newest.delete(id)
    if (outcome === 'done') this.#report('refresh:done', about)
    else if (outcome !== 'late') this.#report('refresh:error', { ...about, code, cause })
    if (outcome === 'failed') this.#engine.fetchFailed(id, flight, statusOf(cause))
    else if (outcome === 'impossible') this.#engine.fetchImpossible(id, flight)
    // Too late to be waited for, but it was applied: the engine repairs what it undid.
    else if (outcome !== 'expired') this.#engine.fetchDone(id, flight)
  }

  /** An entity's event says that a request ended, and not which: if one of ours is under way, that. */
  settleNewest(entity, ...how) {
    this.#newest.get(this.#entities.id(entity))?.settleSoon(...how)
  }

  /** The engine waited long enough, and takes the fetch for failed. */
  expire(flight) {
    this.#waiting.get(flight)?.settle('expired', 'fetch-timeout', coded('fetch-timeout',
      'the fetch did not settle in time: return its promise from `fetch`, or trigger `sync` or `error` when it is over'))
  }
}

/** The HTTP status that a jqXHR, a Response or an error carries. */
function statusOf(cause) {
  const status = cause?.status ?? cause?.response?.status
  return Number.isInteger(status) && status >= 100 && status < 600 ? status : undefined
}
