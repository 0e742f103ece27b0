// `App.explain`: the engine's steps, with the views and entities that their numbers name.

/** Steps that the engine remembers, and so the causes that are kept. */
const MAX_STEPS = 500

export class Explain {
  #engine
  #views
  #entities
  /** Whether the engine notes steps; until somebody asks, it doesn't. */
  #on = false
  /** A step's number → what was thrown. */
  #causes = new Map()
  /** entity → when its fetch started. */
  #started = new WeakMap()

  constructor({ engine, views, entities, on }) {
    this.#engine = engine
    this.#views = views
    this.#entities = entities
    if (on) this.start()
  }

  start() {
    this.#on = true
    this.#engine.startExplaining()
  }

  /** An event of ours is triggered. */
  note(name, { view, entity, reason, code, cause }) {
    if (!this.#on) return
    const numberOf = (registry, object) => (object && registry.knows(object) ? registry.id(object) : undefined)
    const step = this.#engine.noteEvent(name, numberOf(this.#views, view), numberOf(this.#entities, entity), reason ?? code)
    if (cause !== undefined) this.#causes.set(step, cause)
    for (const old of this.#causes.keys()) {
      if (old > step - MAX_STEPS) break
      this.#causes.delete(old)
    }
    if (entity) this.#measure(name, entity)
  }

  /** For the browser's profiler. */
  #measure(name, entity) {
    const end = performance.now()
    if (name === 'refresh:start') this.#started.set(entity, end)
    const start = (name === 'refresh:done' || name === 'refresh:error') && this.#started.get(entity)
    if (start) performance.measure(`${name} ${nameOf(entity)}`, { start, end })
  }

  /** The steps, oldest first: all, or those of one view or entity and the changes between them. */
  steps(target) {
    if (!this.#on) this.start()
    return this.#engine.explanation()
      .map(({ number, view, entity, ...step }) => ({
        ...present(step),
        ...(view !== null && { view: this.#views.object(view) }),
        ...(entity !== null && { entity: this.#entities.object(entity) }),
        ...(this.#causes.has(number) && { cause: this.#causes.get(number) }),
      }))
      .filter(step => !target || step.view === target || step.entity === target || (!('view' in step) && !('entity' in step)))
  }
}

const present = step => Object.fromEntries(Object.entries(step).filter(([, value]) => value !== null))

function nameOf(entity) {
  try {
    return typeof entity.url === 'function' ? String(entity.url()) : String(entity.url ?? entity.constructor?.name)
  } catch {
    return String(entity.constructor?.name)
  }
}
