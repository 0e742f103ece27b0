// Backbone's private fields, `_events`, `_listeners` and `_listeningTo`, of objects of our bus.
//
// Code that people use reads them: PageableCollection (backbone.paginator) puts its handlers first in `_events.add` and replaces
// the callback of the last one for a while, and apps' tests count handlers. So `_events` is the lists that are called, not a
// copy of them. The other two are made when they are asked for.
//
// They are accessors where our methods are inherited from: on `Model.prototype`, on App.Events. They are not enumerable, so
// `_.extend` and `Object.assign` copy neither them nor, by evaluating them, the handlers behind them. An object that has the mixin
// itself (`_.extend({}, App.Events)`) has no such fields: to define them on each would make its first `on` three times as slow.

/** An object that has this, its own or inherited, has our fields: to ask for it is quicker than for the fields. */
export const EXPOSED = Symbol('remote-refresh fields')

/** Gives the fields to the prototype that an object's `on` comes from, unless it has those of another bus. `stateOf` as below. */
export function exposeFields(object, stateOf) {
  if ('_events' in object) return
  let holder = object
  while (holder !== null && !Object.hasOwn(holder, 'on')) holder = Object.getPrototypeOf(holder)
  if (holder !== null && holder !== object && Object.isExtensible(holder)) exposeFieldsOf(holder, stateOf)
}

/**
 * Gives an object, and what inherits from it, the fields. `stateOf(object)` gives what they show: an emitter and a listener of
 * events.js, if it is one, and a function that gives the emitter's lists.
 */
export function exposeFieldsOf(object, stateOf) {
  Object.defineProperties(object, (descriptors ??= { ...describe(stateOf), [EXPOSED]: { value: true } }))
}

let descriptors

function describe(stateOf) {
  const describe = ([name, read]) => [name, {
    configurable: true,
    get() {
      return read(stateOf(this))
    },
    /** Where Backbone's own methods take our place, they write the field. */
    set(value) {
      Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true })
    },
  }]
  return Object.fromEntries(Object.entries(fields).map(describe))
}

const fields = {
  _events: ({ emitter, lists }) => emitter && lists(emitter),

  /** By the listener's number. */
  _listeners({ emitter }) {
    let found
    for (const handler of emitter?.slots ?? []) {
      const { listener } = handler ?? {}
      if (!listener) continue
      found ??= Object.create(null)
      found[listener.id] ??= { id: listener.id, listener: listener.owner, obj: emitter.owner, count: 0 }
      found[listener.id].count++
    }
    return found
  },

  /** By consecutive numbers: what is listened to may be of any library. */
  _listeningTo({ listener }) {
    if (!listener?.targets.size) return undefined
    const { id, owner, targets } = listener
    return Object.assign(Object.create(null), [...targets].map(obj => ({ id, listener: owner, obj })))
  },
}

/** All three, read at once. */
export const readFields = state => Object.fromEntries(Object.entries(fields).map(([name, read]) => [name, read(state)]))

/**
 * Enters what another bus with Backbone's fields has of an object, whose methods ours have replaced since: its handlers, from its
 * `_events`, are called and removed as before.
 * @param {object} object
 * @param {object} lists
 * @param {(object: object, name: string, handler: object, listener: object | undefined) => void} add enters one
 * @param {(ended: () => void) => object} listenerFor stands for one of its listeners
 */
export function adoptHandlers(object, lists, add, listenerFor) {
  if (Object.getOwnPropertyDescriptor(object, '_events')?.writable) delete object._events
  const listeners = new Map()
  for (const name of Object.keys(lists)) {
    for (const handler of lists[name] ?? []) {
      const { listening } = handler
      if (listening && !listeners.has(listening)) listeners.set(listening, listenerFor(() => endListening(listening)))
      add(object, name, handler, listeners.get(listening))
    }
  }
}

/** The same for what it listens to, from its `_listeningTo`: before Backbone 1.2, the objects themselves. */
export function adoptTargets(listeningTo, targets) {
  for (const target of Object.values(listeningTo)) targets.add(target.obj ?? target)
}

/** One of Backbone's objects does not listen to ours any more: since Backbone 1.4, and before. */
function endListening(listening) {
  if (listening.cleanup) listening.cleanup()
  else if (listening.listeningTo) delete listening.listeningTo[listening.objId]
}
