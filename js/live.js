// What the app declared about its models and collections by `App.live`, and the type of each.

const NOTHING = Object.freeze({})

export class Live {
  #engine
  #typeOf
  /** entity, or the prototype of a class → options. */
  #options = new WeakMap()
  #any = false
  /** type → its number in the engine. */
  #numbers = new Map()

  constructor(engine, typeOf) {
    this.#engine = engine
    this.#typeOf = typeOf
  }

  /** Adds options to an entity's, or to those of all instances of a class. */
  declare(target, options) {
    const key = typeof target === 'function' ? target.prototype : target
    this.#any = true
    this.#options.set(key, { ...this.#options.get(key), ...options })
  }

  /** The entity's options: its own first, then its class', then those of the classes that one extends. */
  of(entity) {
    if (!this.#any) return NOTHING
    let options
    for (let holder = entity; holder; holder = Object.getPrototypeOf(holder)) {
      const declared = this.#options.get(holder)
      if (declared) options = { ...declared, ...options }
    }
    return options ?? NOTHING
  }

  /** The number of the entity's type; undefined for one without a type, which every change concerns. */
  kindOf(entity) {
    const type = this.of(entity).type ?? entity.liveType ?? entity.modelType ?? this.#typeOf?.(entity)
    if (typeof type !== 'string' || !type) return undefined
    if (!this.#numbers.has(type)) this.#numbers.set(type, this.#engine.typeNumber(type))
    return this.#numbers.get(type)
  }
}
