// One fetch of ours, from its start until it has settled.

/**
 * Goes along in the fetch's options, as `remoteRefresh`, so that what tells of the fetch can say which one it was. All it holds is
 * private: those who print or copy options see an empty object.
 */
export class Flight {
  #owner
  #entity
  #number
  /** The entity and its view, for the events; only as long as somebody waits. */
  #about
  /** What it has settled on, if it has. */
  #outcome

  constructor(owner, entity, number, about) {
    this.#owner = owner
    this.#entity = entity
    this.#number = number
    this.#about = about
  }

  /** Whether the options are those of a fetch that `owner` makes. */
  static isOf(owner, options) {
    const flight = options.remoteRefresh
    return flight instanceof Flight && flight.#owner === owner
  }

  /**
   * It has settled: `done`, `failed`, or `impossible`, of which a second try would change nothing. Or it is `expired`: nobody waits
   * for it any more. The first of these counts, but what was answered too late was applied all the same, and is told as `late`.
   */
  settle(outcome, code, cause) {
    const before = this.#outcome
    this.#outcome = before === 'expired' && outcome === 'done' ? 'late' : before ?? outcome
    if (this.#outcome === before) return
    const about = this.#about
    this.#about = undefined
    this.#owner.settled(this, this.#entity, this.#number, about, this.#outcome, code, cause)
  }

  /** The same, after the other handlers of an event, which see the entity before it fetches again. */
  settleSoon(...how) {
    queueMicrotask(() => this.settle(...how))
  }
}
