// What frameworks themselves say a view's children are.

import { isObject } from './kinds.js'

/**
 * The children that the view's framework tells of; nothing if it tells of none.
 *
 * - `_getImmediateChildren`: Marionette 3 to 5, regions and collection views alike.
 * - `getTrackedViews`: Backbone.Torso.
 * - `views.all`: WordPress' `wp.Backbone.View`, whose `views` is a manager.
 */
export function adapted(view) {
  for (const name of ['_getImmediateChildren', 'getTrackedViews']) {
    if (typeof view[name] === 'function') return view[name]()
  }
  const views = Object.hasOwn(view, 'views') ? view.views : undefined
  if (isObject(views) && typeof views.all === 'function' && !Array.isArray(views) && !views._wrapped) return views.all()
}
