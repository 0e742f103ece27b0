// Where frameworks and apps keep subviews: the methods that give them, and the properties that hold them.

import { collectViews, ownOrComputed } from './collect.js'
import { isObject } from './kinds.js'

/**
 * Adds the subviews that a view's framework tells of or, if it tells of none, those under the names of the field.
 *
 * - `_getImmediateChildren`: Marionette 3 to 5, regions and collection views alike.
 * - `getTrackedViews`: Backbone.Torso.
 * - `views.all`: WordPress' `wp.Backbone.View`, whose `views` is a manager.
 *
 * Each name is written out: engines look up a fixed name that is absent in no time, and most views have none of them.
 */
export function collectNamed(view, found) {
  if (typeof view._getImmediateChildren === 'function') return collectViews(view._getImmediateChildren(), found)
  if (typeof view.getTrackedViews === 'function') return collectViews(view.getTrackedViews(), found)
  const take = name => collectViews(ownOrComputed(view, name), found)
  if (view.views !== undefined) {
    const views = ownOrComputed(view, 'views')
    if (isObject(views) && !Array.isArray(views) && !views._wrapped && typeof views.all === 'function') return collectViews(views.all(), found)
    take('views')
  }
  if (view.subviews !== undefined) take('subviews')
  if (view.subviewsByName !== undefined) take('subviewsByName')
  if (view.children !== undefined) take('children')
  if (view.childViews !== undefined) take('childViews')
  if (view._childViews !== undefined) take('_childViews')
  if (view.subViews !== undefined) take('subViews')
  if (view._subViews !== undefined) take('_subViews')
  if (view._children !== undefined) take('_children')
  if (view.itemViews !== undefined) take('itemViews')
  if (view.__childViews !== undefined) take('__childViews')
  if (view._regions !== undefined) take('_regions')
  if (view.regionManager !== undefined) take('regionManager')
}
