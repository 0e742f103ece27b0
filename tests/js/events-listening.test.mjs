// listenTo and stopListening: who is called, and that either side's end leaves nothing on the other.

import assert from 'node:assert/strict'
import test from 'node:test'
import { backboneFields } from '../../js/events.js'
import { emitter, spy } from './events/bus.mjs'

const sizes = (listener, object) => [backboneFields(listener)._listeningTo, backboneFields(object)._listeners].map(map => Object.keys(map ?? {}).length)

test('the listener is this, and stopListening ends it', () => {
  const [a, b, f] = [emitter(), emitter(), spy()]
  a.listenTo(b, 'event', f)
  b.trigger('event', 1)
  assert.deepEqual([f.contexts, f.calls], [[a], [[1]]])
  a.stopListening()
  b.trigger('event')
  assert.equal(f.calls.length, 1)
})

test('stopListening matches by object, name and function, and what is missing matches all', () => {
  const left = select => {
    const [a, b, c, f, g] = [emitter(), emitter(), emitter(), spy(), spy()]
    a.listenTo(b, 'x y', f).listenTo(b, 'x', g).listenTo(c, 'x', f)
    a.stopListening(...select({ b, c, f, g }))
    b.trigger('x y')
    c.trigger('x')
    return f.calls.length + g.calls.length
  }
  assert.equal(left(() => []), 0)
  assert.equal(left(({ b }) => [b]), 1)
  assert.equal(left(({ b }) => [b, 'x']), 2)
  assert.equal(left(({ b, f }) => [b, 'x', f]), 3)
  assert.equal(left(({ b, f, g }) => [b, { x: f, y: g }]), 3)
  assert.equal(left(({ f }) => [null, null, f]), 1)
  assert.equal(left(() => [null, 'x']), 1)
  assert.equal(left(({ g }) => [undefined, 'x', g]), 3)
  assert.equal(left(() => [emitter()]), 4)
})

test('several names and maps work as with on', () => {
  const [a, b, f, g] = [emitter(), emitter(), spy(), spy()]
  a.listenTo(b, 'x y', f).listenTo(b, { z: g, 'v w': g })
  b.trigger('x y z v w')
  assert.deepEqual([f.calls.length, g.calls.length], [2, 3])
  assert.ok([...f.contexts, ...g.contexts].every(context => context === a))
})

test('listening twice counts twice', () => {
  const [a, b, f] = [emitter(), emitter(), spy()]
  a.listenTo(b, 'event', f).listenTo(b, 'event', f)
  b.trigger('event')
  assert.equal(f.calls.length, 2)
  a.stopListening(b, 'event', f)
  assert.deepEqual(sizes(a, b), [0, 0])
})

test('an object can listen to itself', () => {
  const [a, f] = [emitter(), spy()]
  a.listenTo(a, 'event', f).trigger('event').stopListening().trigger('event')
  assert.equal(f.calls.length, 1)
  assert.deepEqual(sizes(a, a), [0, 0])
})

test('listening to nothing does nothing', () => {
  const a = emitter()
  assert.equal(a.listenTo(null, 'event', () => {}).listenTo(undefined).listenToOnce(null, 'event', () => {}), a)
  assert.equal(backboneFields(a)._listeningTo, undefined)
})

const ends = {
  'stopListening()': (a, b) => a.stopListening(),
  'stopListening(object)': (a, b) => a.stopListening(b),
  'stopListening(object, name)': (a, b) => a.stopListening(b, 'event'),
  'stopListening(object, name, function)': (a, b, f) => a.stopListening(b, 'event', f),
  'off()': (a, b) => b.off(),
  'off(name)': (a, b) => b.off('event'),
  'off(name, function)': (a, b, f) => b.off('event', f),
  'off(null, function)': (a, b, f) => b.off(null, f),
  'off(null, null, listener)': (a, b) => b.off(null, null, a),
}
for (const [how, end] of Object.entries(ends)) {
  test(`after ${how} neither side knows the other`, () => {
    for (const method of ['listenTo', 'listenToOnce']) {
      const [a, b, f] = [emitter(), emitter(), spy()]
      a[method](b, 'event', f)
      assert.deepEqual(sizes(a, b), [1, 1])
      end(a, b, f)
      assert.deepEqual(sizes(a, b), [0, 0])
      b.trigger('event')
      assert.equal(f.calls.length, 0)
    }
  })
}

test('as long as one handler is left, both sides know each other', () => {
  const [a, b, f] = [emitter(), emitter(), spy()]
  a.listenTo(b, 'x y', f)
  b.off('x')
  assert.deepEqual(sizes(a, b), [1, 1])
  a.stopListening()
  b.trigger('y')
  assert.equal(f.calls.length, 0)
})

test('off by the context spares the handlers of others', () => {
  const [a, b, c, f] = [emitter(), emitter(), emitter(), spy()]
  a.listenTo(c, 'event', f)
  b.listenTo(c, 'event', f)
  c.off(null, null, a).trigger('event')
  assert.deepEqual(f.contexts, [b])
  assert.deepEqual([sizes(a, c), sizes(b, c)], [[0, 1], [1, 1]])
})

test('a listener that passed no function is not kept by the object', () => {
  const [a, b] = [emitter(), emitter()]
  a.listenTo(b, 'event', undefined).listenToOnce(b, 'event', null).listenTo(b, {})
  assert.deepEqual(Object.keys(backboneFields(b)._listeners ?? {}), [])
  // And the next one, with a function, counts.
  const f = spy()
  a.listenTo(b, 'event', f)
  assert.deepEqual(sizes(a, b), [1, 1])
  a.stopListening(b)
  b.trigger('event')
  assert.equal(f.calls.length, 0)
})

test('an object whose on throws leaves listening in order', () => {
  const [a, b, f] = [emitter(), emitter(), spy()]
  const broken = { on() { throw new Error('no') }, off() {} }
  assert.throws(() => a.listenTo(broken, 'event', f), /no/)
  b.on('event', f).trigger('event')
  assert.deepEqual(f.contexts, [b])
  assert.equal(backboneFields(b)._listeners, undefined)
  a.stopListening()
  assert.equal(backboneFields(a)._listeningTo, undefined)
})

test('handlers may stop listening while they are called', () => {
  const [a, b, seen] = [emitter(), emitter(), []]
  a.listenTo(b, 'event', () => { seen.push(1); a.stopListening() }).listenTo(b, 'event', () => seen.push(2))
  b.trigger('event').trigger('event')
  assert.deepEqual(seen, [1, 2])
})
