// The buses, each with its own way to say the same. The words are pieces of code (see rows.mjs), so that no wrapper is timed.

import Backbone from 'backbone'
import EventEmitter3 from 'eventemitter3'
import mitt from 'mitt'
import { createNanoEvents } from 'nanoevents'
import { EventEmitter as TseepEmitter } from 'tseep'
import { createEvents } from '../../js/events.js'

const backbone = {
  on: (name, f) => `e.on('${name}', ${f})`,
  off: (name, f) => `e.off('${name}', ${f})`,
  once: (name, f) => `e.once('${name}', ${f})`,
  trigger: (name, args) => `e.trigger(${[`'${name}'`, ...args]})`,
  all: f => `e.on('all', ${f})`,
  emits: 'trigger',
  listens: true,
}

const emitter = {
  on: backbone.on,
  off: backbone.off,
  once: backbone.once,
  trigger: (name, args) => `e.emit(${[`'${name}'`, ...args]})`,
  emits: 'emit',
}

export const ours = 'remote-refresh'

/** By name. `create()` gives an emitter, the others give code; what a bus can't do, it has no word for. */
export function contestants() {
  const own = createEvents()
  return {
    [ours]: { ...backbone, create: () => Object.assign({}, own) },
    Backbone: { ...backbone, create: () => Object.assign({}, Backbone.Events) },
    eventemitter3: { ...emitter, create: () => new EventEmitter3() },
    mitt: {
      ...emitter,
      once: undefined,
      // It passes one argument.
      trigger: (name, args) => (args.length > 1 ? undefined : emitter.trigger(name, args)),
      all: f => `e.on('*', ${f})`,
      create: () => mitt(),
    },
    nanoevents: {
      on: emitter.on,
      // `on` gives the function that undoes it.
      turn: (name, f) => `e.on('${name}', ${f})()`,
      trigger: emitter.trigger,
      create: () => createNanoEvents(),
    },
    tseep: { ...emitter, create: () => new TseepEmitter() },
  }
}
