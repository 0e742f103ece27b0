// What the app said of its models and collections by `App.live`, and of which type each is.

const isObject = value => value !== null && (typeof value === 'object' || typeof value === 'function')

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

  /** The number of the entity's type; 0 for one without a type, which every change concerns. */
  typeNumber(entity) {
    const type = this.of(entity).type ?? entity.liveType ?? entity.modelType ?? this.#typeOf?.(entity)
    if (typeof type !== 'string' || !type) return 0
    let number = this.#numbers.get(type)
    if (number === undefined) this.#numbers.set(type, number = this.#engine.typeNumber(type))
    return number
  }
}

/** What is wrong with the arguments of `App.live`, as a sentence; nothing if they are fine. */
export function wrongWith(target, options) {
  if (!isObject(target)) return '`live` needs a model, a collection or a class of them as its first argument'
  if (!isObject(options)) return '`live` needs options as its second argument: { type, single, via, remember, defer, options }'
  const { type, via } = options
  if (type !== undefined && (typeof type !== 'string' || !type)) return '`type` must be the name of a type, as the server writes it into `models`'
  if (via !== undefined && !['fetch', 'pager'].includes(via) && typeof via !== 'function') return "`via` must be 'fetch', 'pager' or a function of the entity and the fetch's options"
}
