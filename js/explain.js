// Why something was refreshed, or not: the last steps from a change to its result, for those who ask.

/** Steps that are remembered. */
const MAX_STEPS = 500

export class Explain {
  /** Off until somebody asks, and then free of cost: nothing is written down. */
  #steps = null
  #next = 0
  /** entity → when its fetch started. */
  #started = new WeakMap()

  constructor(on) {
    if (on) this.start()
  }

  start() {
    this.#steps ??= []
  }

  /** Writes a step down. Views and entities are held weakly: being explained keeps nothing alive. */
  note(what, detail) {
    // First of all: this is called for every place that shows an entity.
    if (!this.#steps) return
    const { view, entity, reason, code, ...rest } = detail ?? {}
    const time = performance.now()
    const step = { time, what, reason: reason ?? code, ...rest, view: weak(view), entity: weak(entity) }
    this.#steps[this.#next++ % MAX_STEPS] = step
    if (!entity) return
    if (what === 'refresh:start') this.#started.set(entity, time)
    const start = (what === 'refresh:done' || what === 'refresh:error') && this.#started.get(entity)
    // For the browser's profiler.
    if (start) performance.measure(`${what} ${nameOf(entity)}`, { start, end: time })
  }

  /** The steps, oldest first: all, or those of one view or entity and the changes between them. */
  steps(target) {
    this.start()
    const oldest = this.#next % MAX_STEPS
    const inOrder = this.#steps.length < MAX_STEPS ? this.#steps : [...this.#steps.slice(oldest), ...this.#steps.slice(0, oldest)]
    return inOrder
      .map(({ view, entity, ...step }) => ({ ...step, ...(view && { view: view.deref() }), ...(entity && { entity: entity.deref() }) }))
      .filter(step => !target || step.view === target || step.entity === target || (!step.view && !step.entity))
  }
}

const weak = object => object && new WeakRef(object)

function nameOf(entity) {
  try {
    return typeof entity.url === 'function' ? String(entity.url()) : String(entity.url ?? entity.constructor?.name)
  } catch {
    return String(entity.constructor?.name)
  }
}
