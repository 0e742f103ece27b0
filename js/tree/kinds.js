// Tells views from other things, and living ones from those that are gone.

export const isObject = value => value !== null && (typeof value === 'object' || typeof value === 'function')

/** Whether something under a name that any program may use is a view: it renders, or it refreshes. */
export function looksLikeView(thing) {
  if (!isObject(thing) || typeof thing === 'function' || isForeign(thing)) return false
  if (typeof thing.remoteRefresh === 'function' || thing.remoteRefresh === false) return true
  if (typeof thing.fetch === 'function') return false
  return typeof thing.render === 'function' || isObject(thing.model) || isObject(thing.collection)
}

/** Elements, jQuery sets, and collections of models: no containers of views, though they lie under such names. */
export function isForeign(thing) {
  return typeof thing.nodeType === 'number' || typeof thing.jquery === 'string' || typeof thing.addClass === 'function'
    || isCollection(thing)
}

const isCollection = thing => Array.isArray(thing.models) && typeof thing.fetch === 'function'

/**
 * Whether a view is over: Marionette's `_isDestroyed`, `isDestroyed` (a function, before 3 a flag), Chaplin's and Oro's
 * `disposed`, Torso's `__isDisposed`.
 */
export function isGone(view) {
  const { isDestroyed } = view
  return view._isDestroyed === true || view.disposed === true || view.__isDisposed === true
    || (typeof isDestroyed === 'function' ? isDestroyed.call(view) === true : isDestroyed === true)
}

/** Whether a view has any of these: then the answer takes a call. */
export const mayBeGone = view => view.isDestroyed !== undefined || view._isDestroyed !== undefined || view.disposed !== undefined
  || view.__isDisposed !== undefined

/** Whether a view is not over, as far as it says: one whose code throws counts as alive, and is reported when it is visited. */
export function isAlive(view) {
  try {
    return !isGone(view)
  } catch {
    return true
  }
}
