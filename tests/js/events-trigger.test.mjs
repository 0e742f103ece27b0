// trigger: order, arguments, `all`, and what handlers may do meanwhile.

import assert from 'node:assert/strict'
import test from 'node:test'
import { emitter, spy } from './events/bus.mjs'

test('handlers get just the arguments of trigger', () => {
  for (let count = 0; count < 8; count++) {
    const [bus, f, all] = [emitter(), spy(), spy()]
    const args = Array.from({ length: count }, (_, i) => i)
    bus.on('event', f).trigger('event', ...args)
    bus.on('all', all).trigger('event', ...args)
    bus.trigger('other event', ...args)
    assert.deepEqual(f.calls, [args, args, args])
    assert.deepEqual(all.calls, [['event', ...args], ['other', ...args], ['event', ...args]])
  }
})

test('undefined at the end is an argument too', () => {
  const [bus, f] = [emitter(), spy()]
  bus.on('event', f).trigger('event', undefined).trigger('event', 1, undefined)
  assert.deepEqual(f.calls, [[undefined], [1, undefined]])
})

test('handlers are called in the order they came; those of all after those of the name', () => {
  const [bus, seen] = [emitter(), []]
  bus.on('all', () => seen.push('all 1')).on('event', () => seen.push(1)).on('event', () => seen.push(2)).on('all', () => seen.push('all 2'))
  bus.trigger('event')
  assert.deepEqual(seen, [1, 2, 'all 1', 'all 2'])
})

test('several names are triggered one after the other, each with all', () => {
  const [bus, seen] = [emitter(), []]
  bus.on('a b', () => seen.push('named')).on('all', name => seen.push(name))
  bus.trigger('b  a')
  assert.deepEqual(seen, ['named', 'b', 'named', 'a'])
})

test('triggering all calls its handlers twice: as the name, and for all', () => {
  const [bus, f] = [emitter(), spy()]
  bus.on('all', f).trigger('all', 1)
  assert.deepEqual(f.calls, [[1], ['all', 1]])
})

test('an object triggers its keys, without its values', () => {
  const [bus, f] = [emitter(), spy()]
  bus.on('a b', f).trigger({ a: 7, 'b c': 8 }, 1)
  assert.deepEqual(f.calls, [[1], [1]])
})

test('handlers that come during a trigger are called from the next one on', () => {
  const [bus, f] = [emitter(), spy()]
  const adds = () => bus.on('event', f).on('all', f)
  bus.on('event', adds).on('all', () => {}).trigger('event')
  assert.equal(f.calls.length, 0)
  bus.off('event', adds).trigger('event')
  assert.equal(f.calls.length, 2)
})

test('handlers that go during a trigger are still called by it', () => {
  for (const remove of [bus => bus.off(), (bus, f) => bus.off('event all', f), (bus, f) => bus.off(null, f), bus => bus.off('event').off('all')]) {
    const [bus, f] = [emitter(), spy()]
    bus.on('event', () => remove(bus, f)).on('event all', f).trigger('event', 1)
    assert.deepEqual(f.calls, [[1], ['event', 1]])
    bus.trigger('event')
    assert.equal(f.calls.length, 2)
  }
})

test('the handlers of all are those of the moment, for each of several names', () => {
  const [bus, f] = [emitter(), spy()]
  bus.on('a', () => bus.on('all', f)).trigger('a b')
  assert.deepEqual(f.calls, [['b']])
})

test('off during a trigger of several names leaves the others', () => {
  const [bus, f] = [emitter(), spy()]
  bus.on('a', () => bus.off()).on('b', f).trigger('a b').trigger('b')
  assert.equal(f.calls.length, 1)
})

test('a handler that throws ends the trigger, and the bus works on', () => {
  const [bus, before, after] = [emitter(), spy(), spy()]
  const error = new Error('from a handler')
  const throws = () => { throw error }
  bus.on('event', before).on('event', throws).on('event all', after)
  assert.throws(() => bus.trigger('event'), error)
  assert.deepEqual([before.calls.length, after.calls.length], [1, 0])
  bus.off('event', throws).trigger('event')
  assert.deepEqual([before.calls.length, after.calls.length], [2, 2])
})

test('handlers may trigger what they handle', () => {
  const [bus, seen] = [emitter(), []]
  bus.on('event', depth => {
    seen.push(depth)
    if (depth < 3) bus.trigger('event', depth + 1)
  }).on('event', depth => seen.push(-depth)).trigger('event', 1)
  assert.deepEqual(seen, [1, 2, 3, -3, -2, -1])
})

test('names are remembered as plain for a while only, and all work before and after', () => {
  const [bus, f] = [emitter(), spy()]
  bus.on('last', f).on('b', f)
  for (let i = 0; i < 5_000; i++) bus.trigger(`name${i}`)
  bus.trigger('a b').trigger('last').trigger('a b')
  assert.equal(f.calls.length, 3)
})
