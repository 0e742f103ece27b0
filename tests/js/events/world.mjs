// Runs a program (see program.mjs) on a bus and writes down all that can be observed.

import { createRequire } from 'node:module'
import '../support/wasm.mjs'
import { backboneFields } from '../../../js/events.js'

/** Backbone's Events from a copy of its own: two copies don't know each other, just as our bus and Backbone don't. */
export function backboneEvents() {
  const require = createRequire(import.meta.url)
  delete require.cache[require.resolve('backbone')]
  const { Events } = require('backbone')
  return { ...Events, emit: Events.trigger }
}

/** Handlers may call anything, also what calls them: this many calls of handlers are made, the next ones do nothing. */
const mostHandlerCalls = 40

/** What was seen: one line for each call, each handler called and, at the end, each state. `own` and `other` are the mixins. */
export function run({ emitters, calls, handlers }, own, other) {
  const log = []
  const labels = new Map()
  const world = {}
  const define = (label, object) => {
    labels.set(object, label)
    world[label] = object
  }
  emitters.forEach((kind, i) => {
    const object = kind === 'child' ? Object.create(world.emitter0) : Object.assign({}, kind === 'own' ? own : other)
    define(`emitter${i}`, object)
  })
  define('context0', { context: 0 })
  define('context1', { context: 1 })

  let handlerCalls = 0
  handlers.forEach((does, i) => {
    define(`handler${i}`, function (...args) {
      if (++handlerCalls > mostHandlerCalls) return
      log.push(`  handler${i} this=${show(this)} (${args.map(show).join(' ')})`)
      for (const call of does) perform(call)
    })
  })

  function show(value) {
    return labels.get(value) ?? (typeof value === 'function' ? `function of ${labels.get(value._callback)}` : typeof value === 'object' && value ? 'object' : String(value))
  }

  function real(value) {
    if (value === null || typeof value !== 'object') return value
    if (value.ref) return world[value.ref]
    if (value.undefined) return undefined
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, real(each)]))
  }

  function perform({ method, on, args }) {
    if (method === 'throw') throw new Error('thrown')
    const result = world[on][method](...args.map(real))
    if (result !== world[on]) log.push(`  ${method} returned ${show(result)}`)
  }

  function state() {
    for (const label of Object.keys(world).filter(label => label.startsWith('emitter'))) {
      const object = world[label]
      // Names in one order: Backbone has them in that of their lists' making.
      const events = Object.keys(backboneFields(object)._events ?? {}).sort().map(name =>
        `${name}=${backboneFields(object)._events[name].map(each => `${show(each.callback)}/${show(each.context)}/${show(each.ctx)}`)}`)
      // Where one emitter is another's child, Backbone counts those that listen to both once or twice.
      const counts = emitters.includes('child') ? '' : `; listens to ${size(backboneFields(object)._listeningTo)}, ${counted(backboneFields(object)._listeners)} listen`
      log.push(`  ${label}: ${events}${counts}`)
    }
  }

  for (const call of calls) {
    log.push(write(call))
    try {
      perform(call)
    } catch (error) {
      log.push(`  threw ${error.message === 'thrown' ? 'thrown' : error.constructor.name}`)
    }
  }
  state()
  return log
}

const size = map => Object.keys(map ?? {}).length

/** How many listeners with handlers; of those without, Backbone keeps some. */
const counted = listeners => Object.values(listeners ?? {}).filter(each => each.count > 0).length

/** A call as one would type it. */
export function write({ method, on, args }) {
  const text = value => {
    if (value === null || typeof value !== 'object') return JSON.stringify(value)
    if (value.ref) return value.ref
    if (value.undefined) return 'undefined'
    return `{ ${Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${text(each)}`).join(', ')} }`
  }
  return method === 'throw' ? 'throw' : `${on}.${method}(${args.map(text).join(', ')})`
}
