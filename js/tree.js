// Finds a view's subviews.

const isObject = value => value !== null && (typeof value === 'object' || typeof value === 'function')

/** Deeper nesting of arrays than this is a mistake, or a cycle. */
const MAX_NESTING = 8

export class Tree {
  /** view → what `register` was told of its children. */
  #children = new WeakMap()
  /** view → the views that were registered with it as their parent, held weakly. */
  #registered = new WeakMap()

  /** Takes note of a view the walker can't find, or whose subviews it can't. Returns how to undo that. */
  register(view, { parent, children }) {
    const undo = []
    if (children !== undefined) {
      this.#children.set(view, children)
      undo.push(() => this.#children.get(view) === children && this.#children.delete(view))
    }
    if (parent) {
      const siblings = this.#registered.get(parent) ?? new Set()
      const ref = new WeakRef(view)
      this.#registered.set(parent, siblings.add(ref))
      undo.push(() => siblings.delete(ref))
    }
    return () => undo.splice(0).forEach(step => step())
  }

  /**
   * The subviews of `view`: those it was registered with, and its `_subviews`. One may come twice. What the app's code
   * throws goes to `onError`, and costs only the subviews that this code would have given.
   */
  childrenOf(view, onError) {
    // A list of our own: the app's may change while it is walked.
    const found = []
    const children = this.#children.get(view)
    if (children !== undefined) collectFrom(() => (typeof children === 'function' ? children.call(view, view) : children), found, onError)
    const registered = this.#registered.get(view)
    if (registered) {
      for (const ref of registered) {
        const child = ref.deref()
        if (child) found.push(child)
        else registered.delete(ref)
      }
    }
    if ('_subviews' in view) collectFrom(() => ownOrComputed(view, '_subviews'), found, onError)
    return found
  }
}

function collectFrom(source, found, onError) {
  try {
    collect(source(), found)
  } catch (cause) {
    onError(cause)
  }
}

/**
 * A property of the object's own, or one its class computes. One that sits on the prototype as plain data
 * is shared by all its instances, which `extend({ _subviews: [] })` does by mistake: those are not its own.
 */
function ownOrComputed(object, name) {
  for (let holder = object; holder; holder = Object.getPrototypeOf(holder)) {
    if (!Object.hasOwn(holder, name)) continue
    return holder === object || Object.getOwnPropertyDescriptor(holder, name).get ? object[name] : undefined
  }
}

/** Adds the views in an array, a map by id, a map of arrays, a Map, a Set or an underscore wrapper. */
function collect(container, found) {
  if (!isObject(container)) return
  container = unwrap(container)
  const list = Array.isArray(container) ? container
    : container instanceof Map || container instanceof Set ? [...container.values()]
      : Object.values(container)
  addAll(list, found, 0)
}

function addAll(list, found, nesting) {
  for (const item of list) {
    if (!isObject(item)) continue
    const inner = unwrap(item)
    if (!Array.isArray(inner)) found.push(inner)
    else if (nesting < MAX_NESTING) addAll(inner, found, nesting + 1)
  }
}

/** `_([…])` and `_({…})` keep theirs in `_wrapped`. */
const unwrap = container => (isObject(container._wrapped) ? container._wrapped : container)
