// Finds a view's subviews: those it was registered with, those its framework tells of, those in the properties of the field.

import { adapted } from './adapters.js'
import { collectAny, collectViews } from './collect.js'
import { isGone } from './kinds.js'

/** Where views are kept, by the names found in the field. Under the first there is nothing but views. */
const OWN = '_subviews'
const NAMES = [
  'subviews', 'children', 'childViews', '_childViews', 'subViews', '_subViews', '_children', 'itemViews', 'views',
  'subviewsByName', '_regions', 'regions', 'regionManager', '__childViews', '__sharedViews',
]

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
   * The subviews of `view` that are still alive, each once. What the app's code throws goes to `onError`, and costs only
   * the subviews that this code would have given.
   *
   * Who says what their children are is believed, and nothing else is looked at but `_subviews`; a framework's own
   * answer comes next; last come the names of the field, under which only what looks like a view is taken for one.
   */
  childrenOf(view, onError) {
    const found = new Set()
    const attempt = step => {
      try {
        return step()
      } catch (cause) {
        onError(cause)
      }
    }
    const children = this.#children.get(view)
    const explicit = attempt(() => typeof children === 'function' ? children.call(view, view) : children ?? view.remoteRefreshChildren?.())
    attempt(() => collectAny(explicit, found))
    for (const ref of this.#registered.get(view) ?? []) {
      const child = ref.deref()
      if (child) found.add(child)
      else this.#registered.get(view).delete(ref)
    }
    attempt(() => collectAny(ownOrComputed(view, OWN), found))
    if (explicit === undefined || explicit === null) {
      const given = attempt(() => adapted(view))
      if (given) attempt(() => collectViews(given, found))
      else for (const name of NAMES) attempt(() => collectViews(ownOrComputed(view, name), found))
    }
    found.delete(view)
    for (const child of found) if (attempt(() => isGone(child))) found.delete(child)
    return found
  }
}

/**
 * A property of the object's own, or one its class computes. One that sits on the prototype as plain data
 * is shared by all its instances, which `extend({ _subviews: [] })` does by mistake: those are not its own.
 */
function ownOrComputed(object, name) {
  for (let holder = object; holder; holder = Object.getPrototypeOf(holder)) {
    const property = Object.getOwnPropertyDescriptor(holder, name)
    if (property) return holder === object || property.get ? object[name] : undefined
  }
}
