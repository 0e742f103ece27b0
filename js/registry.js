// Ids in wasm, objects in JS: numbers for objects, which neither side keeps alive.

export class Registry {
  #ids = new WeakMap()
  #objects = new Map()
  #collected
  #add

  /** `add()` gives a number for a new object; `forget(id)` is told when it was collected. */
  constructor(add, forget) {
    this.#add = add
    this.#collected = new FinalizationRegistry(id => {
      this.#objects.delete(id)
      forget(id)
    })
  }

  /** The object's number; it gets one if it has none. Nothing is written on the object. */
  id(object) {
    let id = this.#ids.get(object)
    if (id === undefined) {
      id = this.#add()
      this.#ids.set(object, id)
      this.#objects.set(id, new WeakRef(object))
      this.#collected.register(object, id)
    }
    return id
  }

  /** How to hold the object with this number without keeping it alive. */
  ref(id) {
    return this.#objects.get(id)
  }

  /** Whether the object has a number. */
  knows(object) {
    return this.#ids.has(object)
  }

  /** The object with this number, or undefined if it was collected. */
  object(id) {
    return this.#objects.get(id)?.deref()
  }
}
