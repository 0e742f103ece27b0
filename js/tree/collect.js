// Takes the views out of whatever they are kept in.

import { isForeign, isObject, looksLikeView } from './kinds.js'

/** Deeper nesting of containers than this is a mistake, or a cycle. */
const MAX_NESTING = 8

/** Adds what is in an array, a map by id, a map of arrays, a Map, a Set or an underscore wrapper: all are views. */
export function collectAny(container, found) {
  if (!isObject(container)) return
  addAll(listOf(unwrap(container)), found, 0)
}

/** Adds what is under a name that holds nothing but views. */
export function collectOwn(view, name, found) {
  collectAny(ownOrComputed(view, name), found)
}

/**
 * A property of the object's own, or one its class computes. One that sits on the prototype as plain data
 * is shared by all its instances, which `extend({ _subviews: [] })` does by mistake: those are not its own.
 */
export function ownOrComputed(object, name) {
  for (let holder = object; holder; holder = Object.getPrototypeOf(holder)) {
    if (!Object.hasOwn(holder, name)) continue
    return holder === object || Object.getOwnPropertyDescriptor(holder, name).get ? object[name] : undefined
  }
}

function addAll(list, found, nesting) {
  for (const item of list) {
    if (!isObject(item)) continue
    const inner = unwrap(item)
    if (!Array.isArray(inner)) found.push(inner)
    else if (nesting < MAX_NESTING) addAll(inner, found, nesting + 1)
  }
}

/**
 * Adds the views in a container that may hold other things too, and containers: arrays, maps, underscore wrappers, the
 * babysitter's containers, regions and their managers, records of a view and where it goes.
 */
export function collectViews(thing, found, nesting = 0) {
  if (!isObject(thing) || typeof thing === 'function') return
  if (looksLikeView(thing)) {
    found.push(thing)
    return
  }
  if (nesting === MAX_NESTING || isForeign(thing)) return
  for (const item of inside(thing)) collectViews(item, found, nesting + 1)
}

function inside(thing) {
  // Marionette's Region shows one view; its RegionManager keeps regions, by name.
  if (isObject(thing.currentView)) return [thing.currentView]
  // A record of a view and where it is placed.
  if (isObject(thing.view) && !Array.isArray(thing)) return [thing.view]
  // Backbone.ChildViewContainer of the babysitter, whether it keeps a map or a list.
  if (isObject(thing._views)) return listOf(unwrap(thing._views))
  if (isObject(thing._regions)) return listOf(unwrap(thing._regions))
  const inner = unwrap(thing)
  // What has a class is no container that is known.
  return Array.isArray(inner) || isPlain(inner) || inner instanceof Map || inner instanceof Set ? listOf(inner) : []
}

function isPlain(thing) {
  const prototype = Object.getPrototypeOf(thing)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function listOf(container) {
  if (Array.isArray(container)) return container
  return container instanceof Map || container instanceof Set ? [...container.values()] : Object.values(container)
}

/** `_([…])` and `_({…})` keep theirs in `_wrapped`. */
const unwrap = container => (isObject(container._wrapped) ? container._wrapped : container)
