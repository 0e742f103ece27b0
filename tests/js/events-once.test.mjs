// once and listenToOnce.

import assert from 'node:assert/strict'
import test from 'node:test'
import { backboneFields } from '../../js/events.js'
import { emitter, spy } from './events/bus.mjs'

/** The same test for both: `once(bus, …)` is `bus.once(…)` or `listener.listenToOnce(bus, …)`. */
const ways = {
  once: () => (bus, ...args) => bus.once(...args),
  listenToOnce: () => {
    const listener = emitter()
    return (bus, ...args) => listener.listenToOnce(bus, ...args)
  },
}

for (const [way, make] of Object.entries(ways)) {
  test(`${way}: a handler is called once, with the arguments`, () => {
    const [bus, f, once] = [emitter(), spy(), make()]
    once(bus, 'event', f)
    bus.trigger('event', 1, 2, 3, 4, 5).trigger('event', 6)
    assert.deepEqual(f.calls, [[1, 2, 3, 4, 5]])
  })

  test(`${way}: with several names, once for each`, () => {
    const [bus, f, once] = [emitter(), spy(), make()]
    once(bus, 'a b c', f)
    bus.trigger('a').trigger('a b').trigger('c a')
    assert.equal(f.calls.length, 3)
  })

  test(`${way}: the entries of a map are independent`, () => {
    const [bus, f, once] = [emitter(), spy(), make()]
    once(bus, { a: f, 'b c': f })
    bus.trigger('a a').trigger('b').trigger('b c')
    assert.equal(f.calls.length, 3)
  })

  test(`${way}: it is gone before it is called, so a trigger within does not call it again`, () => {
    const [bus, once] = [emitter(), make()]
    const f = spy(() => bus.trigger('event'))
    once(bus, 'event', f)
    bus.trigger('event')
    assert.equal(f.calls.length, 1)
  })

  test(`${way}: it is called once though two triggers hold it`, () => {
    const [bus, f, once] = [emitter(), spy(), make()]
    let first = true
    bus.on('event', () => {
      if (first) {
        first = false
        bus.trigger('event')
      }
    })
    once(bus, 'event', f)
    bus.trigger('event')
    assert.equal(f.calls.length, 1)
  })

  test(`${way}: off finds it by the function`, () => {
    const [bus, f, once] = [emitter(), spy(), make()]
    once(bus, 'a b', f)
    bus.off('a', f).trigger('a b')
    assert.equal(f.calls.length, 1)
  })

  test(`${way}: without a function nothing happens`, () => {
    const [bus, once] = [emitter(), make()]
    once(bus, 'event', null)
    once(bus, 'event')
    bus.trigger('event')
  })

  test(`${way}: a handler that throws is gone all the same`, () => {
    const [bus, once] = [emitter(), make()]
    const f = spy(() => { throw new Error('from a handler') })
    once(bus, 'event', f)
    assert.throws(() => bus.trigger('event'), /from a handler/)
    bus.trigger('event')
    assert.equal(f.calls.length, 1)
  })

  test(`${way}: handlers for all are called by the first name`, () => {
    const [bus, f, once] = [emitter(), spy(), make()]
    once(bus, 'all', f)
    bus.trigger('a b')
    assert.deepEqual(f.calls, [['a']])
  })
}

test('once takes a context, with a map as its second argument', () => {
  const [bus, f, context] = [emitter(), spy(), {}]
  bus.once('a', f, context).once({ b: f }, context).once('c', f).trigger('a b c')
  assert.deepEqual(f.contexts, [context, context, bus])
  bus.once('a', f, context).off(null, null, context).trigger('a')
  assert.equal(f.calls.length, 3)
})

test('off within the handler removes another once', () => {
  const [bus, f] = [emitter(), spy()]
  bus.once('event', () => bus.off('other', f)).once('other', f).trigger('event').trigger('other')
  assert.equal(f.calls.length, 0)
})

test('listenToOnce leaves no trace after the call', () => {
  const [a, b, f] = [emitter(), emitter(), spy()]
  a.listenToOnce(b, 'event', f)
  b.trigger('event')
  assert.deepEqual(f.contexts, [a])
  assert.equal(backboneFields(a)._listeningTo, undefined)
  assert.deepEqual([Object.keys(backboneFields(b)._listeners ?? {}), Object.keys(backboneFields(b)._events)], [[], []])
})
