// What the registry in wasm adds to the bus: isolation of copies, warnings, inspection; and that each list's copy is as it says.

import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import Backbone from 'backbone'
import _ from 'underscore'
import { backboneFields, inspectEmitter, inspectEvents, triggerIsolated } from '../../js/events.js'
import { emitter, Events, spy } from './events/bus.mjs'

/** A second copy of the package, with a wasm instance of its own. */
async function otherCopy() {
  const folder = mkdtempSync(join(tmpdir(), 'bus-copy-'))
  try {
    const root = fileURLToPath(new URL('../../', import.meta.url))
    for (const path of ['js', 'dist/wasm', 'tests/js/support/wasm.mjs', 'package.json']) cpSync(join(root, path), join(folder, path), { recursive: true })
    await import(pathToFileURL(join(folder, 'tests/js/support/wasm.mjs')))
    return await import(pathToFileURL(join(folder, 'js/events.js')))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
const other = (await otherCopy()).createEvents()

/** Runs `act` and returns what it warned of. */
function warningsOf(act) {
  const { warn } = console
  const warnings = []
  console.warn = text => warnings.push(text)
  try {
    act()
  } finally {
    console.warn = warn
  }
  return warnings
}

test('an object of one copy of the package listens to one of the other, and either side can end it', () => {
  for (const [mine, theirs] of [[Events, other], [other, Events]]) {
    const [listener, object, f] = [{ ...mine }, { ...theirs }, spy()]
    listener.listenTo(object, 'a b', f).listenToOnce(object, 'c', f)
    object.trigger('a b c').trigger('c')
    assert.equal(f.calls.length, 3)
    object.off('a')
    listener.stopListening(object)
    object.trigger('a b')
    assert.equal(f.calls.length, 3)
  }
})

test('an object that is given the second copy after the first is an emitter of the second', () => {
  const [object, f, g] = [{ ...Events }, spy(), spy()]
  object.on('event', f)
  Object.assign(object, other)
  object.on('event', g).trigger('event').off().trigger('event')
  assert.deepEqual([f.calls.length, g.calls.length], [0, 1])
  Object.assign(object, Events)
  object.trigger('event').off().trigger('event')
  assert.equal(f.calls.length, 1)
})

test('a prototype that is given the second copy after the first: objects with handlers of the first keep them', () => {
  class Model {}
  Object.assign(Model.prototype, other)
  const [object, f] = [new Model(), spy()]
  object.on('event', f)
  Object.assign(Model.prototype, Events)
  // The fields of the first copy stay, although the second meets an object before that has no handlers.
  new Model().on('event', f)
  object.trigger('event').off().trigger('event')
  assert.equal(f.calls.length, 1)
})

test('a bus that has handlers gives none to what mixes it in', () => {
  const [f, g] = [spy(), spy()]
  const bus = { ...Events }
  const App = Events.on('mixed', f)
  App.listenTo(bus, 'other', g)
  for (const object of [_.extend({}, Events), Object.assign({}, Events), { ...Events }]) {
    object.trigger('mixed').stopListening().off()
    assert.deepEqual(Object.getOwnPropertySymbols(object), [])
  }
  bus.trigger('other')
  Events.trigger('mixed')
  assert.deepEqual([f.calls.length, g.calls.length], [1, 1])
  Events.off().stopListening()
})

test('names that differ only in lone surrogates are two names', () => {
  const [bus, f, g] = [emitter(), spy(), spy()]
  bus.on('\ud800', f).on('\ud801', g).trigger('\ud800').off('\ud800').trigger('\ud800').trigger('\ud801')
  assert.deepEqual([f.calls.length, g.calls.length], [1, 1])
})

test('more than 500 handlers of a name warn once, with what to do', () => {
  const bus = emitter()
  const add = (name, count) => warningsOf(() => { for (let i = 0; i < count; i++) bus.on(name, () => {}) })
  assert.deepEqual(add('few', 500), [])
  const [text, ...more] = add('many', 1100)
  assert.match(text, /many-handlers.*'many'.*stopListening\(\)/)
  assert.deepEqual(more, [])
  bus.off()
  assert.deepEqual(add('many', 600), [])
})

test('an inspection names the handlers, who listens, and to whom', () => {
  const [bus, view, plain] = [emitter(), emitter(), spy()]
  bus.on('all', plain).listenTo(view, 'back', plain)
  view.listenTo(bus, 'change add', plain).listenTo(bus, 'change', plain)
  const { names, listeners, listensTo } = inspectEmitter(bus)
  const number = names[0].emitter
  assert.deepEqual(names.map(({ name, handlers, suspect }) => [name, handlers, suspect]), [['change', 2, false], ['add', 1, false], ['all', 1, false]])
  assert.deepEqual(listeners, [{ listener: view, handlers: 3 }])
  assert.deepEqual(listensTo, [view])
  for (let i = 0; i < 400; i++) bus.on('longest here', plain)
  const { longest, handlers, emitters } = inspectEvents()
  const it = longest.find(list => list.emitter === number)
  assert.deepEqual([it.name, it.handlers], ['longest', 400])
  assert.ok(handlers >= 800 && emitters >= 2)
  bus.off()
  assert.deepEqual([inspectEmitter(bus).names, inspectEmitter(view).listensTo], [[], []])
  assert.deepEqual(inspectEmitter({}), { names: [], listeners: [], listensTo: [] })
})

test('an inspection finds who listens by Backbone’s own methods, and who is the context of a handler', () => {
  const [bus, theirs, context, f] = [emitter(), new Backbone.Model(), {}, spy()]
  theirs.listenTo(bus, 'a b', f)
  bus.on('a b c', f, context).on('a', f).on('b', f, bus).on('c', f, 'no object')
  assert.deepEqual(inspectEmitter(bus).listeners, [{ listener: context, handlers: 3 }, { listener: theirs, handlers: 2 }])
  assert.deepEqual(inspectEmitter(theirs), { names: [], listeners: [], listensTo: [bus] })
  theirs.stopListening()
  bus.off(null, null, context)
  assert.deepEqual([inspectEmitter(bus).listeners, inspectEmitter(theirs).listensTo], [[], []])
})

test('an isolated trigger calls all handlers, those of `all` too, and reports each error', () => {
  const [bus, f, g, errors] = [emitter(), spy(() => bus.on('event', g)), spy(), []]
  const fails = text => () => { throw text }
  bus.on('event', fails('one')).on('event', f).on('all', fails('two')).on('all', f)
  triggerIsolated(bus, 'event', [1, 2], error => errors.push(error))
  assert.deepEqual(errors, ['one', 'two'])
  assert.deepEqual([f.calls, g.calls], [[[1, 2], ['event', 1, 2]], []])
  triggerIsolated(emitter(), 'event', [], error => errors.push(error))
  assert.equal(errors.length, 2)
})

test('the order that code of others gives to a list stays when handlers are removed by context', () => {
  class Collection {}
  Object.assign(Collection.prototype, Events)
  const [collection, context, seen] = [new Collection(), {}, []]
  for (const name of ['a', 'b', 'c']) collection.on('add', () => seen.push(name), name === 'b' ? context : undefined)
  collection._events.add.unshift(collection._events.add.pop())
  collection.off(null, null, context)
  collection.trigger('add')
  assert.deepEqual(seen, ['c', 'a'])
  assert.deepEqual(Object.keys(collection), [])
  assert.equal(Collection.prototype._events, undefined)
})

test("the copies of the lists are as the registry says, whatever the order of the calls", () => {
  const [bus, f, contexts] = [emitter(), () => {}, [{}, {}, {}]]
  for (let i = 0; i < 300; i++) {
    bus.on(`name${i % 7}`, f, contexts[i % 3])
    if (i % 5 === 0) bus.off(null, null, contexts[(i / 5) % 3])
    if (i % 11 === 0) bus.off(`name${i % 3}`)
    const counted = Object.entries(backboneFields(bus)._events).map(([name, list]) => [name, list.length])
    assert.deepEqual(inspectEmitter(bus).names.map(({ name, handlers }) => [name, handlers]).sort(), counted.sort())
  }
})
