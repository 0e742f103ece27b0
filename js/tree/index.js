// Finds a view's subviews: those it was registered with, those its framework gives, those in properties where frameworks and apps keep them.

import { collectAny, collectOwn } from './collect.js'
import { collectNamed } from './names.js'

export class Tree {
  /** view → what `register` was told of its children. */
  #children = new WeakMap()
  /** view → the views that were registered with it as their parent, held weakly. */
  #registered = new WeakMap()
  /** Whether any view was ever registered. */
  #any = false

  /** Takes note of a view the walker can't find, or whose subviews it can't. Returns how to undo that. */
  register(view, { parent, children }) {
    this.#any = true
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

  /** Whether a view was registered, or others with it as their parent. */
  isRegistered(view) {
    return this.#any && (this.#children.has(view) || this.#registered.has(view))
  }

  /** The views in an underscore wrapper. */
  unwrap(wrapper) {
    const found = []
    collectAny(wrapper, found)
    return found
  }

  /**
   * The subviews of `view`, those that are gone too; one may come twice. What the app's code throws goes to `onError`, and
   * costs only the subviews that this code would have given.
   *
   * Who says what their children are is believed, and nothing else is looked at but `_subviews`; a framework's own
   * answer comes next; last come the names of the field, under which only what looks like a view is taken for one.
   */
  childrenOf(view, onError) {
    // A list of our own: the app's may change while it is walked.
    const found = []
    const explicit = this.#explicit(view, onError)
    if (explicit !== undefined) attempt(collectAny, explicit, found, onError)
    const registered = this.#registered.get(view)
    if (registered) {
      for (const ref of registered) {
        const child = ref.deref()
        if (child) found.push(child)
        else registered.delete(ref)
      }
    }
    // Nothing but views is ever kept here.
    if ('_subviews' in view) attempt(collectOwn, view, '_subviews', found, onError)
    if (explicit === undefined) attempt(collectNamed, view, found, onError)
    return found
  }

  #explicit(view, onError) {
    try {
      const children = this.#children.get(view)
      if (children !== undefined) return typeof children === 'function' ? children.call(view, view) : children
      return typeof view.remoteRefreshChildren === 'function' ? view.remoteRefreshChildren() : undefined
    } catch (cause) {
      onError(cause)
      return undefined
    }
  }
}

/** Calls the first argument with the rest but the last, to which it gives what is thrown. */
function attempt(act, ...args) {
  const onError = args.pop()
  try {
    act(...args)
  } catch (cause) {
    onError(cause)
  }
}
