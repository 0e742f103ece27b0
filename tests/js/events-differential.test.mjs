// Random programs behave on our bus as on Backbone's; and the comparison does find what differs.
// A failure prints the seed, the shortest program and the line that runs it again.

import assert from 'node:assert/strict'
import test from 'node:test'
import { backboneFields, createEvents } from '../../js/events.js'
import { compare } from './events/compare.mjs'
import { program } from './events/program.mjs'
import { backboneEvents, run } from './events/world.mjs'

const count = Number(process.env.EVENTS_PROGRAMS ?? 100_000)
const seed = Number(process.env.EVENTS_SEED ?? Math.floor(Math.random() * 1e9))

test(`${count} random programs behave as on Backbone's bus, from seed ${seed}`, () => {
  const difference = compare({ seed, count })
  assert.equal(difference, null, difference)
})

test('most programs call handlers, and many call some from within others', () => {
  const backbone = backboneEvents()
  const calls = Array.from({ length: 500 }, (_, i) => run(program(i), backbone, backbone).filter(line => line.startsWith('  handler')).length)
  assert.ok(calls.filter(calls => calls > 0).length > 400)
  assert.ok(calls.filter(calls => calls > 10).length > 100)
})

const bus = createEvents()

/** Buses with one fault each. */
const faults = {
  'handlers that are removed meanwhile are not called': {
    off(name, callback, context) {
      const before = backboneFields(this)._events?.[name]
      bus.off.call(this, name, callback, context)
      if (before) before.length = backboneFields(this)._events?.[name]?.length ?? 0
      return this
    },
  },
  'off with the emitter as context removes handlers without one': {
    off(name, callback, context) {
      return bus.off.call(this, name, callback, context === this ? undefined : context)
    },
  },
  'once calls for the first of several names only': {
    once(name, callback, context) {
      if (typeof name !== 'string' || !callback) return bus.once.call(this, name, callback, context)
      const wrapper = function (...args) {
        this.off(name, wrapper)
        callback.apply(this, args)
      }
      wrapper._callback = callback
      return bus.on.call(this, name, wrapper, context)
    },
  },
  'a name is triggered twice when it is `all`': {
    trigger(name, ...args) {
      return name === 'all' ? this : bus.trigger.call(this, name, ...args)
    },
  },
  'a listener forgets that it listens twice': {
    listenTo(object, name, callback) {
      bus.listenTo.call(this, object, name, callback)
      for (const listening of Object.values((object && backboneFields(object)._listeners) ?? {})) listening.count = Math.min(listening.count, 1)
      return this
    },
  },
}

for (const [fault, methods] of Object.entries(faults)) {
  test(`the comparison finds a fault and shrinks the program: ${fault}`, () => {
    const difference = compare({ events: { ...bus, ...methods }, seed: 1, count: 20_000 })
    assert.match(difference ?? 'not found', /^seed \d+/)
    const calls = difference.split('\n').filter(line => /^emitter\d\./.test(line))
    assert.ok(calls.length <= 4, difference)
  })
}
