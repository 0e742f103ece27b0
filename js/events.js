// App.Events: Backbone.Events, call for call, and `emit`.
//
// A mixin of plain functions: state lives on `this`, made when first needed, in Backbone's own shape, so that code which
// reads `_events`, `_listeningTo` or `_listeners` finds what it expects. Two differences are on purpose: every event name is
// an ordinary one, `constructor` and `__proto__` too, and an emitter does not keep a listener that passed no function.
//
// None of it is in wasm. Who is called is decided by comparing functions, and only JS can: for wasm to decide, each function
// needs a number, so a WeakMap. With a function that was not seen before (a closure, a bound method: what apps mostly pass),
// `on` + `off` then takes about twice as long, however little wasm does, and in Chromium twice as long as Backbone's: the column
// "ids in wasm" of bench/results/events.md. And what wasm never learns, it need not forget: an emitter that is dropped is garbage
// together with its handlers.

/** Handlers by event name. It inherits nothing, so no name is taken; names are found faster in it than in `Object.create(null)`. */
function Store() {}
Store.prototype = Object.create(null)

const whiteSpace = /\s+/

/** Names seen to have no white space: to look here is several times as fast as to look again. */
const plainNames = new Set()
const mostPlainNames = 500

/** The listening for which `listenTo` is calling `on`, if it is. */
let current

/** Ids that neither Backbone nor another copy of this file gives: all write them on the same objects. */
const idPrefix = `l${Math.random().toString(36).slice(2, 8)}-`
let lastId = 0

/** A new bus: an emitter, and a mixin for others. */
export function createEvents() {
  return { on, off, once, listenTo, listenToOnce, stopListening, trigger, bind: on, unbind: off, emit: trigger }
}

/** Whether a string is one name. Apps use few names again and again; if not, all are forgotten now and then. */
function isPlain(name) {
  if (plainNames.has(name)) return true
  if (whiteSpace.test(name)) return false
  if (plainNames.size === mostPlainNames) plainNames.clear()
  plainNames.add(name)
  return true
}

/**
 * Calls `step` for each of: one name, names with white space between, or a map of names to callbacks. With a map the
 * second argument is the context, unless there is a third.
 */
function each(step, store, name, callback, context, emitter, extra) {
  if (name && typeof name === 'object') {
    if (callback !== undefined && context === undefined) context = callback
    for (const key of Object.keys(name)) store = each(step, store, key, name[key], context, emitter, extra)
  } else if (name && whiteSpace.test(name)) {
    for (const part of name.split(whiteSpace)) store = step(store, part, callback, context, emitter, extra)
  } else {
    store = step(store, name, callback, context, emitter, extra)
  }
  return store
}

/** Sets a property; in vain on a frozen object, such as some apps' disposed views are. */
function keep(object, key, value) {
  try {
    object[key] = value
  } catch (error) {
    if (Object.isExtensible(object)) throw error
  }
  return value
}

// Listening to an emitter
// -----------------------

/** Calls `callback` whenever `name` is triggered; `all` stands for every name, which is then the first argument. */
function on(name, callback, context) {
  const listening = current
  const store = this._events || new Store()
  if (typeof name === 'string' && (store[name] || isPlain(name))) add(store, name, callback, context, this, listening)
  else each(add, store, name, callback, context, this, listening)
  keep(this, '_events', store)
  if (listening) {
    // Handlers of this emitter are counted, so the listening need not list them. With none, nothing shall keep the listener.
    listening.interop = false
    if (listening.count) (this._listeners || keep(this, '_listeners', Object.create(null)))[listening.id] = listening
  }
  return this
}

/** A list grows at its end only, and who walks it knows its length: a trigger under way does not call new handlers. */
function add(store, name, callback, context, emitter, listening) {
  if (callback) {
    if (listening) listening.count++
    const handler = { callback, context, ctx: context || emitter, listening }
    const list = store[name]
    if (list) list.push(handler)
    else store[name] = [handler]
  }
  return store
}

/** Removes the handlers with this name, callback and context; each that is missing matches all. */
function off(name, callback, context) {
  const store = this._events
  if (!store) return this
  if (name && typeof name === 'string' && store[name] && (callback || context)) {
    removeFrom(store, name, callback, context)
    keep(this, '_events', store)
  } else keep(this, '_events', each(remove, store, name, callback, context, this, this._listeners))
  return this
}

function remove(store, name, callback, context, emitter, listeners) {
  if (!store) return
  if (!name && !callback && !context) {
    for (const id in listeners) listeners[id].cleanup()
    return
  }
  for (const key of name ? [name] : Object.keys(store)) removeFrom(store, key, callback, context)
  return store
}

/** A list is replaced, never shortened: a trigger under way still calls the handlers that are removed. */
function removeFrom(store, name, callback, context) {
  const list = store[name]
  if (!list) return
  const isLong = list.length > 50
  let kept = []
  let removed = 0
  for (let i = 0; i < list.length; i++) {
    const handler = list[i]
    if (
      (callback && callback !== handler.callback && callback !== handler.callback._callback) ||
      (context && context !== handler.context)
    ) {
      if (!isLong || removed > 1) kept.push(handler)
    } else {
      removed++
      // Most often one goes: one view of many. Then a copy without it is made faster than by copying one by one.
      if (isLong && removed === 1) (kept = list.slice()).splice(i, 1)
      else if (isLong && removed === 2) kept.length = i - 1
      if (handler.listening) handler.listening.off(name, callback)
    }
  }
  if (removed === list.length) delete store[name]
  else if (removed) store[name] = kept
}

/** As `on`, for one call; with several names, for one call of each. */
function once(name, callback, context) {
  const handlers = each(addOnce, new Store(), name, callback, (part, wrapper) => this.off(part, wrapper))
  return this.on(handlers, typeof name === 'string' && context == null ? undefined : callback, context)
}

function addOnce(handlers, name, callback, remove) {
  if (callback) {
    let called = false
    const wrapper = (handlers[name] = function () {
      if (called) return
      called = true
      remove(name, wrapper)
      callback.apply(this, arguments)
    })
    wrapper._callback = callback
  }
  return handlers
}

// Listening from the listener's side
// ----------------------------------

/** As `object.on`, with `this` as the context; and it remembers, for `stopListening`. */
function listenTo(object, name, callback) {
  if (!object) return this
  const id = object._listenId || keep(object, '_listenId', idPrefix + ++lastId)
  const listeningTo = this._listeningTo || keep(this, '_listeningTo', Object.create(null))
  let listening = listeningTo[id]
  if (!listening) {
    this._listenId || keep(this, '_listenId', idPrefix + ++lastId)
    listening = listeningTo[id] = new Listening(this, object)
  }
  current = listening
  try {
    object.on(name, callback, this)
  } finally {
    current = undefined
  }
  if (listening.interop) listening.on(name, callback)
  return this
}

/** As `listenTo`, for one call; with several names, for one call of each. */
function listenToOnce(object, name, callback) {
  const stop = (part, wrapper) => this.stopListening(object, part, wrapper)
  return this.listenTo(object, each(addOnce, new Store(), name, callback, stop))
}

/** Undoes `listenTo` for this object, name and callback; each that is missing matches all. */
function stopListening(object, name, callback) {
  const listeningTo = this._listeningTo
  if (!listeningTo) return this
  for (const id of object ? [object._listenId] : Object.keys(listeningTo)) {
    const listening = listeningTo[id]
    if (!listening) break
    listening.obj.off(name, callback, this)
    if (listening.interop) listening.off(name, callback)
  }
  for (const _ in listeningTo) return this
  keep(this, '_listeningTo', undefined)
  return this
}

/** That one object listens to another. An emitter of another library does not count its handlers, so for it this lists them. */
function Listening(listener, obj) {
  this.id = listener._listenId
  this.listener = listener
  this.obj = obj
  this.interop = true
  this.count = 0
  this._events = undefined
}

Listening.prototype.on = on

Listening.prototype.off = function (name, callback) {
  if (this.interop) this._events = each(remove, this._events, name, callback)
  else this.count--
  if (this.interop ? !this._events : this.count === 0) this.cleanup()
}

Listening.prototype.cleanup = function () {
  delete this.listener._listeningTo[this.obj._listenId]
  if (!this.interop) delete this.obj._listeners[this.id]
}

// Triggering
// ----------

/**
 * Calls the handlers of one name, or of each of several, with the other arguments. What a handler throws ends it.
 *
 * As it is written, engines make no array of up to three arguments: `rest` is only looked into, within its length, and never
 * passed on. With parameters in its place, leaving some out would make each call slower.
 */
function trigger(name, ...rest) {
  const store = this._events
  if (!store) return this
  const count = rest.length
  let a
  let b
  let c
  let args
  if (count > 0) a = rest[0]
  if (count > 1) b = rest[1]
  if (count > 2) c = rest[2]
  if (count > 3) {
    args = Array(count)
    for (let i = 0; i < count; i++) args[i] = rest[i]
  }
  const list = typeof name === 'string' ? store[name] : undefined
  if (list && !args && !store.all) call(list, list.length, count, a, b, c)
  else if (typeof name === 'string' && (list || isPlain(name))) {
    if (list || store.all) fire(store, name, count, a, b, c, args)
  } else fireEach(store, name, count, a, b, c, args)
  return this
}

function fireEach(store, name, count, a, b, c, args) {
  each((_, part) => fire(store, part, count, a, b, c, args), store, name)
}

/** Calls the handlers of one name, then those of `all`, which is read first: each list as it is now. */
function fire(store, name, count, a, b, c, args) {
  const list = store[name]
  const all = store.all
  const allLength = all ? all.length : 0
  if (list) {
    if (args) apply(list, list.length, args)
    else call(list, list.length, count, a, b, c)
  }
  if (!all) return
  if (args) apply(all, allLength, [name, ...args])
  else call(all, allLength, count + 1, name, a, b, c)
}

/** Most triggers have few arguments, and these need no array. */
function call(list, length, count, a, b, c, d) {
  let handler
  let i = -1
  switch (count) {
    case 0:
      while (++i < length) (handler = list[i]).callback.call(handler.ctx)
      return
    case 1:
      while (++i < length) (handler = list[i]).callback.call(handler.ctx, a)
      return
    case 2:
      while (++i < length) (handler = list[i]).callback.call(handler.ctx, a, b)
      return
    case 3:
      while (++i < length) (handler = list[i]).callback.call(handler.ctx, a, b, c)
      return
    default:
      while (++i < length) (handler = list[i]).callback.call(handler.ctx, a, b, c, d)
  }
}

function apply(list, length, args) {
  for (let i = 0; i < length; i++) list[i].callback.apply(list[i].ctx, args)
}
