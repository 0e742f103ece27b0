// App.Events: Backbone.Events, call for call, and `emit`.
//
// Which handlers there are, in which order, who listens to whom and what a removal ends is known by the registry in wasm
// (src/bus.rs), under numbers. This file has what linear memory can't hold: functions, contexts and objects, which it compares
// and calls; and of each list a copy to call from, made by what the registry says. A JS value held in wasm memory would be a
// garbage-collection root: no emitter whose handlers refer to it could be collected.
//
// One difference from Backbone is on purpose: every event name is an ordinary one, `constructor` and `__proto__` too.

import {
  busAdd, busClear, busInspect, busInspectEmitter, busList, busOpenPage, busPageSize, busReleasePage, busRemove, busRemoveList,
  Removed,
} from '../dist/wasm/remote_refresh.js'
import { adoptHandlers, adoptTargets, exposeFields, exposeFieldsOf, EXPOSED, readFields } from './events-fields.js'
import { each, isOne, known, numberOf } from './events-names.js'

/** An object's two roles. Another copy of the package has symbols of its own: each is a foreign bus to the other. */
const EMITTER = Symbol('remote-refresh emitter')
const LISTENER = Symbol('remote-refresh listener')

/** An object that inherits nothing: no name is taken. Names are found faster in it than in `Object.create(null)`. */
function Store() {}
Store.prototype = Object.create(null)

/** A new bus: an emitter, and a mixin for others. What mixes it in gets its functions, not the handlers it has by then. */
export function createEvents() {
  const bus = { on, off, once, listenTo, listenToOnce, stopListening, trigger, bind: on, unbind: off, emit: trigger }
  exposeFieldsOf(bus, fieldsOf)
  // Not enumerable, and they stay so: also what Backbone's `listenTo` writes on it.
  return Object.defineProperties(bus, { [EMITTER]: { writable: true }, [LISTENER]: { writable: true }, _listenId: { writable: true } })
}

// Emitters and listeners
// ----------------------

/** Both refer to the token of their page: when it is collected they all were, and the registry frees the page. */
const tokens = new FinalizationRegistry(first => busReleasePage(first))
let token
let nextId = 0
let endOfPage = 0

/** A new number, and `token` that of its page. A page at a time: to register each object for its release would take 860 ns. */
function nextNumber() {
  if (nextId === endOfPage) {
    nextId = busOpenPage()
    endOfPage = nextId + busPageSize()
    token = { first: nextId }
    tokens.register(token, nextId)
  }
  return nextId++
}

class Emitter {
  constructor(owner) {
    this.id = nextNumber()
    this.token = token
    this.owner = owner
    /** Handlers by slot. */
    this.slots = undefined
    /**
     * By name, the handlers in the order they are called: none if the registry has none, null if it must be asked. A list is
     * appended to or replaced, never shortened: a trigger under way still calls handlers that are removed, and no new ones.
     */
    this.lists = new Store()
    /** An object that inherits or copied this has added or removed handlers too. */
    this.isShared = false
    /** Code of others has `lists` and may have put handlers into another order: a list is then never asked for again. */
    this.isExposed = false
  }
}

class Listener {
  constructor(owner) {
    this.id = nextNumber()
    this.token = token
    this.owner = owner
    /** What the owner listens to. An emitter of another library does not count handlers: it stays until all are removed at once. */
    this.targets = new Set()
  }
}

/** Writes a role; not on a frozen object: listening to one has no effect, as in Backbone. */
function keep(object, role, value) {
  try {
    object[role] = value
  } catch (error) {
    if (Object.isExtensible(object)) throw error
  }
}

function emitterOf(object) {
  const emitter = object[EMITTER]
  return emitter !== undefined && emitter.owner === object ? emitter : sharedEmitter(object, emitter)
}

/** What an object inherited or copied it shares, if there were handlers before, as in Backbone. */
function sharedEmitter(object, emitter) {
  if (emitter === undefined || emitter.slots === undefined) return createEmitter(object)
  emitter.isShared = true
  keep(object, EMITTER, emitter) // also if the other has a new one one day
  return emitter
}

/** Whether the object inherits its methods, from a prototype that may still be without the fields. */
const lacksFields = object => object[EXPOSED] === undefined && Object.getPrototypeOf(object) !== Object.prototype

function createEmitter(object) {
  const emitter = new Emitter(object)
  const theirs = object._events // before `object` is an emitter, whose lists our own field would show
  keep(object, EMITTER, emitter)
  if (theirs !== undefined) adoptHandlers(object, theirs, addAdopted, adoptedListener)
  else if (lacksFields(object)) exposeFields(object, fieldsOf)
  return emitter
}

function listenerOf(object) {
  return object[LISTENER] ?? createListener(object)
}

function createListener(object) {
  const listener = new Listener(object)
  const theirs = object._listeningTo
  keep(object, LISTENER, listener)
  if (theirs !== undefined) adoptTargets(theirs, listener.targets)
  else if (lacksFields(object)) exposeFields(object, fieldsOf)
  return listener
}

/** What our methods have not met may have handlers of another bus, whose methods ours have replaced. */
const foundEmitter = object => (object._events === undefined ? undefined : emitterOf(object))
const foundListener = object => (object._listeningTo === undefined ? undefined : listenerOf(object))

// Handlers
// --------

/** The one whose `listenTo` is calling `on`, if one is. */
let current

/** Calls `callback` whenever `name` is triggered; `all` stands for every name, which is then the first argument. */
function on(name, callback, context) {
  const emitter = emitterOf(this)
  const number = known(name)
  if (typeof number === 'number') add(emitter, name, callback, context, this, number)
  else each(add, emitter, name, callback, context, this)
  if (emitter.slots === undefined) emitter.slots = []
  return this
}

function add(emitter, name, callback, context, object, number = numberOf(name)) {
  if (!callback) return
  const listener = current
  const slot = busAdd(emitter.id, number, listener === undefined ? 0 : listener.id)
  const handler = { callback, context, ctx: context || object, listener, name, slot }
  if (emitter.slots === undefined) emitter.slots = [handler]
  else emitter.slots[slot] = handler
  const list = emitter.lists[name]
  if (list) list.push(handler)
  else if (list === undefined) emitter.lists[name] = [handler]
}

/** Removes the handlers with this name, callback and context; each that is missing matches all. */
function off(name, callback, context) {
  const emitter = this[EMITTER] ?? foundEmitter(this)
  if (emitter === undefined) return this
  if (emitter.owner !== this && emitter.slots !== undefined) sharedEmitter(this, emitter)
  if (name && typeof name === 'string' && emitter.lists[name] !== undefined) removeFrom(emitter, name, callback, context)
  else each(remove, emitter, name, callback, context, this)
  return this
}

function remove(emitter, name, callback, context, object) {
  if (object[EMITTER] !== emitter) return // detached by a part before: one that is empty matches all
  if (name) removeFrom(emitter, name, callback, context)
  else if (emitter.slots === undefined) return
  else if (callback || context) {
    for (const handler of emitter.slots) if (handler && matches(handler, callback, context)) release(emitter, handler)
  } else if (emitter.isShared || object !== emitter.owner) detach(emitter, object)
  else removeAll(emitter)
}

function removeFrom(emitter, name, callback, context) {
  const list = clean(emitter, emitter.lists, name)
  if (list === undefined) return
  if (!callback && !context && list.length > 1) return removeList(emitter, name, list)
  const kept = []
  for (let i = 0; i < list.length; i++) {
    if (matches(list[i], callback, context)) release(emitter, list[i])
    else kept.push(list[i])
  }
  // As the registry would answer.
  if (kept.length && kept.length < list.length) emitter.lists[name] = kept
}

function matches(handler, callback, context) {
  if (callback && callback !== handler.callback && callback !== handler.callback._callback) return false
  return !context || context === handler.context
}

function release(emitter, handler) {
  const removed = busRemove(emitter.id, handler.slot)
  emitter.slots[handler.slot] = undefined
  const { lists } = emitter
  if (removed === Removed.List || removed === Removed.ListAndRelation) delete lists[handler.name]
  else lists[handler.name] = emitter.isExposed ? lists[handler.name].filter(other => other !== handler) : null
  if (removed === Removed.Relation || removed === Removed.ListAndRelation) handler.listener.targets.delete(emitter.owner)
}

function removeList(emitter, name, list) {
  const ended = busRemoveList(emitter.id, numberOf(name))
  const { lists, slots } = emitter
  delete lists[name]
  // Often it was the only list.
  if (slots.length < 2 * list.length && isEmpty(lists)) emitter.slots = []
  else for (let i = 0; i < list.length; i++) slots[list[i].slot] = undefined
  if (ended === undefined) return
  const listeners = new Set(ended)
  for (const { listener } of list) if (listener && listeners.has(listener.id)) listener.targets.delete(emitter.owner)
}

function removeAll(emitter) {
  cleanAll(emitter) // for a trigger of several names under way, which calls the handlers it began with
  busClear(emitter.id)
  for (const handler of emitter.slots) if (handler && handler.listener) handler.listener.targets.delete(emitter.owner)
  emitter.slots = undefined
  emitter.lists = new Store()
}

function isEmpty(lists) {
  for (const _ in lists) return false
  return true
}

/** `object` has no handlers any more; those that share them, such as its prototype, keep them, as in Backbone. */
function detach(emitter, object) {
  for (const handler of emitter.slots) if (handler && handler.listener) handler.listener.targets.delete(emitter.owner)
  keep(object, EMITTER, new Emitter(object))
}

/** A list as it is now; undefined if there is none. */
function clean(emitter, lists, name) {
  const list = lists[name]
  return list === null ? (lists[name] = read(emitter, name)) : list
}

function cleanAll(emitter) {
  for (const name in emitter.lists) clean(emitter, emitter.lists, name)
}

function read(emitter, name) {
  const list = []
  for (const slot of busList(emitter.id, numberOf(name))) list.push(emitter.slots[slot])
  return list
}

/** As `on`, for one call; with several names, for one call of each. */
function once(name, callback, context) {
  const handlers = each(addOnce, new Store(), name, callback, undefined, (part, wrapper) => this.off(part, wrapper))
  return this.on(handlers, typeof name === 'string' && context == null ? undefined : callback, context)
}

/** The handler is wrapped, so that an emitter of another library can call it too. */
function addOnce(handlers, name, callback, _, cancel) {
  if (!callback) return
  let called = false
  const wrapper = (handlers[name] = function () {
    if (called) return
    called = true
    cancel(name, wrapper)
    callback.apply(this, arguments)
  })
  wrapper._callback = callback
}

// Listening from the listener's side
// ----------------------------------

/** As `object.on`, with `this` as the context; and it remembers, for `stopListening`. */
function listenTo(object, name, callback) {
  if (!object) return this
  current = listenerOf(this)
  current.targets.add(targetOf(object))
  try {
    object.on(name, callback, this)
  } finally {
    current = undefined
  }
  return this
}

/** Whether a part of a name, or of a map, has neither name nor callback. */
function matchesAll(name, callback) {
  let found = !name && !callback
  if (name) each((_, part, partCallback) => { found ||= !part && !partCallback }, undefined, name, callback)
  return found
}

/** Objects that share their handlers are one to listeners: the one that had them first. */
const targetOf = object => object[EMITTER]?.owner ?? object

/** As `listenTo`, for one call; with several names, for one call of each. */
function listenToOnce(object, name, callback) {
  const cancel = (part, wrapper) => this.stopListening(object, part, wrapper)
  return this.listenTo(object, each(addOnce, new Store(), name, callback, undefined, cancel))
}

/** Undoes `listenTo` for this object, name and callback; each that is missing matches all. */
function stopListening(object, name, callback) {
  const listener = this[LISTENER] ?? foundListener(this)
  if (listener === undefined) return this
  const { targets } = listener
  for (const target of object ? [targetOf(object)] : [...targets]) {
    if (!targets.has(target)) break
    target.off(name, callback, this)
    if (matchesAll(name, callback) && listener.owner === this) targets.delete(target)
  }
  return this
}

// Triggering
// ----------

/**
 * Calls the handlers of one name, or of each of several, with the other arguments. What a handler throws ends it.
 *
 * As it is written, engines make no array of up to three arguments: `rest` is only looked into, within its length, and never
 * passed on. A closure here, or a rare case in the body, would slow each call.
 */
function trigger(name, ...rest) {
  const emitter = this[EMITTER] ?? foundEmitter(this)
  if (emitter === undefined) return this
  const { lists } = emitter
  const count = rest.length
  const a = count > 0 ? rest[0] : undefined
  const b = count > 1 ? rest[1] : undefined
  const c = count > 2 ? rest[2] : undefined
  let args
  if (count > 3) {
    args = []
    for (let i = 0; i < count; i++) args.push(rest[i])
  }
  const list = typeof name === 'string' ? lists[name] : undefined
  if (list && lists.all === undefined) call(list, list.length, count, a, b, c, undefined, args)
  else if (list || isOne(name)) {
    if (list !== undefined || lists.all !== undefined) fire(emitter, lists, name, count, a, b, c, args)
  } else triggerEach(emitter, lists, name, count, a, b, c, args)
  return this
}

function triggerEach(emitter, lists, name, count, a, b, c, args) {
  each((_, part) => fire(emitter, lists, part, count, a, b, c, args), emitter, name)
}

/** Calls the handlers of one name, then those of `all`: both lists as they are now. */
function fire(emitter, lists, name, count, a, b, c, args) {
  const list = clean(emitter, lists, name)
  const all = clean(emitter, lists, 'all')
  const length = all ? all.length : 0
  if (list) call(list, list.length, count, a, b, c, undefined, args)
  if (all) call(all, length, count + 1, name, a, b, c, args && [name, ...args])
}

/** Calls the first `length` handlers: those that were there when the trigger began. */
function call(list, length, count, a, b, c, d, args) {
  let handler
  let i = -1
  if (args) while (++i < length) (handler = list[i]).callback.apply(handler.ctx, args)
  else if (count === 0) while (++i < length) (handler = list[i]).callback.call(handler.ctx)
  else if (count === 1) while (++i < length) (handler = list[i]).callback.call(handler.ctx, a)
  else if (count === 2) while (++i < length) (handler = list[i]).callback.call(handler.ctx, a, b)
  else if (count === 3) while (++i < length) (handler = list[i]).callback.call(handler.ctx, a, b, c)
  else while (++i < length) (handler = list[i]).callback.call(handler.ctx, a, b, c, d)
}

/**
 * Triggers one name such that no handler keeps the others from being called: what one throws goes to `report`.
 * @param {object} object the emitter
 * @param {string} name one name, without white space
 * @param {any[]} args
 * @param {(error: unknown) => void} report
 */
export function triggerIsolated(object, name, args, report) {
  const emitter = object[EMITTER]
  if (emitter === undefined) return
  const { lists } = emitter
  if (lists[name] === undefined && lists.all === undefined) return
  // Both lists as they are now: a handler that is added meanwhile is not called.
  const named = (clean(emitter, lists, name) ?? []).map(handler => [handler, args])
  const all = (clean(emitter, lists, 'all') ?? []).map(handler => [handler, [name, ...args]])
  for (const [{ callback, ctx }, passed] of [...named, ...all]) {
    try {
      callback.apply(ctx, passed)
    } catch (error) {
      report(error)
    }
  }
}

// Inspection
// ----------

/** All emitters of this copy of the package together, and so many of their longest lists. */
export const inspectEvents = (most = 20) => busInspect(most)

/**
 * An object's names with their handlers, what listens to it, and what it listens to. The registry knows who listens by our `listenTo`.
 * An object that listens by Backbone's own `listenTo`, or passes itself to `on`, is the context of its handlers.
 */
export function inspectEmitter(object) {
  const emitter = object[EMITTER]
  const counts = new Map()
  for (const handler of emitter?.slots ?? []) {
    const listener = handler && (handler.listener?.owner ?? handler.context)
    if (isListener(listener) && listener !== emitter.owner) counts.set(listener, (counts.get(listener) ?? 0) + 1)
  }
  const listeners = [...counts].map(([listener, handlers]) => ({ listener, handlers })).sort((a, b) => b.handlers - a.handlers)
  return {
    names: emitter === undefined ? [] : busInspectEmitter(emitter.id),
    listeners,
    listensTo: [...(object[LISTENER]?.targets ?? theirTargets(object))],
  }
}

const isListener = value => (typeof value === 'object' && value !== null) || typeof value === 'function'

/** What an object listens to by the methods of another bus with Backbone's fields. */
function theirTargets(object) {
  const targets = new Set()
  adoptTargets(object._listeningTo ?? {}, targets)
  return targets
}

// Backbone's fields
// -----------------

/**
 * An object's `_events`, `_listeners` and `_listeningTo`, as Backbone would have them (see events-fields.js): also of one that has
 * the mixin itself and so not the fields, and of one of Backbone's own.
 */
export function backboneFields(object) {
  if (object[EMITTER] === undefined && object[LISTENER] === undefined) return object
  return readFields(fieldsOf(object))
}

/** What the fields show of an object. */
function fieldsOf(object) {
  return { emitter: object[EMITTER], listener: object[LISTENER], lists: listsOf }
}

/** All lists, each as the registry has it. */
function listsOf(emitter) {
  cleanAll(emitter)
  emitter.isExposed = true
  return emitter.lists
}

/** Enters a handler of another bus, with what stands for its listener, if it has one. */
function addAdopted(object, name, { callback, context, ctx }, listener) {
  const before = current
  current = listener
  try {
    add(emitterOf(object), name, callback, context, ctx)
  } finally {
    current = before
  }
}

/** Stands for a listener of another bus: when it does not listen any more, `ended` is called. */
function adoptedListener(ended) {
  const listener = new Listener(undefined)
  listener.targets = { delete: ended }
  return listener
}
