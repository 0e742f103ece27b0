// Views that a walk passes through: they have nothing to refresh, and keep their subviews in an array of their own, if they have some.
//
// Most views of a page are such. One costs a few ns here; to visit it would take some hundred, since that takes a number and calls of
// the engine. Each name is written out, as in names.js: engines look up names that are absent in no time.

export const NONE = []

/** The subviews of a view that a walk passes through, as the app's own list; undefined if it must be visited. */
export function behind(view) {
  if (view.remoteRefresh !== undefined || view.model || view.collection) return undefined
  // A view of these frameworks may be over; an array or an underscore wrapper among views holds more of them.
  if (view.isDestroyed !== undefined || view._isDestroyed !== undefined || view.disposed !== undefined || view.__isDisposed !== undefined
    || view._wrapped !== undefined || Array.isArray(view)) return undefined
  return plainChildren(view)
}

/** The subviews of a view that has them in `_subviews` alone, as the app's own list; undefined if they must be looked for. */
export function plainChildren(view) {
  if (view.remoteRefreshChildren !== undefined || view._getImmediateChildren !== undefined || view.getTrackedViews !== undefined
    || view.views !== undefined || view.subviews !== undefined || view.subviewsByName !== undefined || view.children !== undefined
    || view.childViews !== undefined || view._childViews !== undefined || view.subViews !== undefined || view._subViews !== undefined
    || view._children !== undefined || view.itemViews !== undefined || view.__childViews !== undefined
    || view._regions !== undefined || view.regionManager !== undefined) return undefined
  const { _subviews } = view
  if (_subviews === undefined) return NONE
  if (!Array.isArray(_subviews)) return undefined
  if (_subviews.length === 0) return NONE
  // One that sits on a prototype is shared by mistake: see collect.js.
  return Object.hasOwn(view, '_subviews') ? _subviews : undefined
}
