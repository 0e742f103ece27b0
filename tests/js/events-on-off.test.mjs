// on and off: names, maps, contexts, and what off removes.

import assert from 'node:assert/strict'
import test from 'node:test'
import { backboneFields, createEvents } from '../../js/events.js'
import { Events, emitter, spy } from './events/bus.mjs'

test('a handler is called each time its event is triggered, and no longer after off', () => {
  const [bus, f] = [emitter(), spy()]
  bus.on('event', f)
  bus.trigger('event').trigger('event').trigger('other')
  assert.equal(f.calls.length, 2)
  bus.off('event', f).trigger('event')
  assert.equal(f.calls.length, 2)
})

test('every method returns the emitter, whatever it was given', () => {
  const bus = emitter()
  for (const method of Object.keys(Events)) {
    const listens = /listen/i.test(method)
    for (const args of [[], [null], [listens ? emitter() : 'event'], [listens ? emitter() : {}, 'event', () => {}]]) {
      assert.equal(bus[method](...args), bus, `${method} with ${args.length}`)
    }
  }
})

test('bind, unbind and emit are other names of on, off and trigger', () => {
  assert.equal(Events.bind, Events.on)
  assert.equal(Events.unbind, Events.off)
  assert.equal(Events.emit, Events.trigger)
})

test('any white space separates names, and at the ends it makes the empty name', () => {
  const [bus, f] = [emitter(), spy()]
  bus.on('a b\tc\n d', f)
  bus.trigger('a').trigger('b').trigger('c').trigger('d').trigger('b  d')
  assert.equal(f.calls.length, 6)
  bus.off('a\u00a0c', f).trigger('a b c d')
  assert.equal(f.calls.length, 8)

  const empty = spy()
  bus.on(' x', empty).trigger('')
  assert.equal(empty.calls.length, 1)
})

test('a map has names as keys, several in one too', () => {
  const [bus, f, g] = [emitter(), spy(), spy()]
  bus.on({ a: f, 'b c': g })
  bus.trigger('a').trigger('b').trigger('c')
  assert.deepEqual([f.calls.length, g.calls.length], [1, 2])
  bus.off({ a: f, c: g }).trigger('a b c')
  assert.deepEqual([f.calls.length, g.calls.length], [1, 3])
})

test('with a map the second argument is the context, but a third wins', () => {
  const [bus, f, second, third] = [emitter(), spy(), {}, {}]
  bus.on({ a: f }, second).on({ b: f }, second, third).trigger('a b')
  assert.deepEqual(f.contexts, [second, third])
  bus.off({ a: f }, third).trigger('a')
  assert.equal(f.calls.length, 3)
  bus.off({ a: f }, second).trigger('a')
  assert.equal(f.calls.length, 3)
})

test('without a context, this is the emitter', () => {
  const [bus, f] = [emitter(), spy()]
  bus.on('event', f).on('event', f, null).trigger('event')
  assert.deepEqual(f.contexts, [bus, bus])
})

test('a function that is bound twice is called twice, and one off removes both', () => {
  const [bus, f] = [emitter(), spy()]
  bus.on('event', f).on('event', f).trigger('event')
  assert.equal(f.calls.length, 2)
  bus.off('event', f).trigger('event')
  assert.equal(f.calls.length, 2)
})

test('off compares with the context that was passed, not with the emitter it defaults to', () => {
  const [bus, f] = [emitter(), spy()]
  bus.on('event', f).off('event', f, bus).trigger('event')
  assert.equal(f.calls.length, 1)
  bus.off().on('event', f, bus).off('event', f, bus).trigger('event')
  assert.equal(f.calls.length, 1)
})

test('off matches by name, function and context, and what is missing matches all', () => {
  const [f, g, here, there] = [spy(), spy(), {}, {}]
  const left = (...args) => {
    const bus = emitter()
    bus.on('a', f, here).on('a', g, there).on('b', f, there).on('b', g)
    bus.off(...args)
    return Object.values(backboneFields(bus)._events ?? {}).reduce((sum, list) => sum + list.length, 0)
  }
  assert.equal(left('a'), 2)
  assert.equal(left('a', f), 3)
  assert.equal(left('a', f, there), 4)
  assert.equal(left(null, f), 2)
  assert.equal(left(null, null, there), 2)
  assert.equal(left('a', null, here), 3)
  assert.equal(left(null, g, there), 3)
  assert.equal(left('c'), 4)
  assert.equal(left(), 0)
})

test('a function that is missing by mistake removes all, as in Backbone', () => {
  const [bus, f] = [emitter(), spy()]
  bus.on('a b', f).off('a', undefined).trigger('a b')
  assert.equal(f.calls.length, 1)
  bus.off(undefined).trigger('b')
  assert.equal(f.calls.length, 1)
})

test('off finds a function by what it wraps, if the wrapper says so in _callback', () => {
  const [bus, f] = [emitter(), spy()]
  const wrapper = () => f()
  wrapper._callback = f
  bus.on('event', wrapper).trigger('event').off('event', f).trigger('event')
  assert.equal(f.calls.length, 1)
})

test('no function is no handler; anything else that can not be called fails when it is triggered', () => {
  const bus = emitter()
  bus.on('event', null).on('event', undefined).on({ event: null }).trigger('event')
  bus.on('event', 'render')
  assert.throws(() => bus.trigger('event'), TypeError)
})

test('of many handlers off removes the right ones, and the others keep their order', () => {
  for (const count of [1, 2, 50, 51, 200]) {
    for (const remove of [i => i === 0, i => i === count - 1, i => i === count >> 1, i => i % 3 === 0, () => true, () => false]) {
      const [bus, seen, gone, stays] = [emitter(), [], {}, {}]
      for (let i = 0; i < count; i++) bus.on('event', () => seen.push(i), remove(i) ? gone : stays)
      bus.off(null, null, gone).trigger('event')
      assert.deepEqual(seen, Array.from({ length: count }, (_, i) => i).filter(i => !remove(i)))
    }
  }
})

test('names that objects have by themselves are ordinary names', () => {
  const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf']
  const [bus, f] = [emitter(), spy()]
  bus.on('event', () => {})
  for (const name of names) bus.trigger(name)
  for (const name of names) bus.on(name, f).once(name, f).trigger(name, name).off(name, f).trigger(name)
  for (const name of names) bus.once({ ['']: f, [name]: f }).trigger(name, name)
  assert.deepEqual(f.calls, [...names.flatMap(name => [[name], [name]]), ...names.map(name => [name])])
})

test('what apps read of the inside looks as in Backbone', () => {
  const [bus, f, context] = [emitter(), spy(), {}]
  bus.on('event', f, context)
  const [handler] = backboneFields(bus)._events.event
  assert.deepEqual([handler.callback, handler.context, handler.ctx], [f, context, context])

  // As some do, to be called first.
  const first = spy(() => assert.equal(f.calls.length, 0))
  bus.on('event', first)
  backboneFields(bus)._events.event.unshift(backboneFields(bus)._events.event.pop())
  bus.trigger('event')
  assert.deepEqual([first.calls.length, f.calls.length], [1, 1])
})

test('each createEvents() makes a bus of its own', () => {
  const [one, other, f] = [createEvents(), createEvents(), spy()]
  one.on('event', f)
  other.trigger('event')
  assert.equal(f.calls.length, 0)
  other.listenTo(one, 'event', f)
  one.trigger('event')
  assert.deepEqual(f.contexts, [one, other])
})
