// The bus as a mixin: in objects, in classes, in Backbone's own; and with other emitters on the other side.

import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import test from 'node:test'
import _ from 'underscore'
import { backboneFields } from '../../js/events.js'
import { Events, emitter, spy } from './events/bus.mjs'

/** A copy of Backbone by itself, with something like jQuery for its views, and no server. */
function backbone() {
  const require = createRequire(import.meta.url)
  delete require.cache[require.resolve('backbone')]
  const Backbone = require('backbone')
  Backbone.$ = function (el) {
    return { 0: el, on() {}, off() {}, attr() {}, remove() {} }
  }
  Backbone.sync = () => {}
  return Backbone
}

const mixins = {
  '_.extend': () => _.extend({}, Events),
  'Object.assign': () => Object.assign({}, Events),
  'a spread': () => ({ ...Events }),
  'Object.create': () => Object.create(Events),
  'a class': () => {
    class Mixed {}
    Object.assign(Mixed.prototype, Events)
    return new Mixed()
  },
}
for (const [way, make] of Object.entries(mixins)) {
  test(`mixed in by ${way}, objects are independent emitters`, () => {
    const [one, other, f, g] = [make(), make(), spy(), spy()]
    one.on('event', f)
    other.on('event', g)
    one.listenTo(other, 'heard', f)
    one.trigger('event')
    assert.deepEqual([f.contexts, g.calls.length], [[one], 0])
    other.trigger('heard')
    assert.deepEqual(f.contexts, [one, one])
    assert.ok(!backboneFields(Events)._events && !backboneFields(Events)._listeningTo && !Events._listenId)
  })
}

test('an object without handlers has no state', () => {
  const object = emitter()
  object.trigger('event').off('event').stopListening()
  assert.deepEqual(Object.keys(object), Object.keys(Events))
})

test('an object shares the handlers of its prototype, as in Backbone', () => {
  const [parent, f, g] = [emitter(), spy(), spy()]
  parent.on('event', f)
  const child = Object.create(parent)
  child.on('event', g)
  parent.trigger('event')
  assert.deepEqual([f.calls.length, g.calls.length], [1, 1])
  child.off()
  child.trigger('event')
  parent.trigger('event')
  assert.deepEqual([f.calls.length, g.calls.length], [2, 2])
})

test('a frozen object, as some make of disposed views, does not throw', () => {
  const f = spy()
  const bus = emitter()
  const object = Object.freeze(emitter())
  object.on('event', f).once('event', f).trigger('event').off('event').off()
  object.listenTo(bus, 'event', f)
  object.stopListening()
  bus.listenTo(object, 'event', f).stopListening(object)
  assert.equal(f.calls.length, 0)

  const disposed = emitter()
  disposed.on('event', f)
  disposed.listenTo(bus, 'other', f)
  Object.freeze(disposed).stopListening().off('event').off()
  bus.trigger('other')
  assert.equal(f.calls.length, 0)
})

test("an error of the object's own setter is not swallowed", () => {
  const object = new Proxy(emitter(), { set() { throw new Error('guarded') } })
  assert.throws(() => object.on('event', () => {}), /guarded/)
})

for (const [listens, heard] of [['ours', "Backbone's"], ["Backbone's", 'ours']]) {
  test(`${listens} listens to ${heard}: the listener is this, and either side can end it`, () => {
    const Backbone = backbone()
    const make = { ours: emitter, "Backbone's": () => new Backbone.Model() }
    const [a, b, f] = [make[listens](), make[heard](), spy()]
    a.listenTo(b, 'one two', f).listenTo(b, { three: f }).listenToOnce(b, 'four', f)
    b.trigger('one two three four', 1).trigger('four')
    assert.deepEqual(f.calls, [[1], [1], [1], [1]])
    assert.ok(f.contexts.every(context => context === a))
    a.stopListening(b, 'one')
    b.trigger('one two')
    assert.equal(f.calls.length, 5)
    b.off('two', f)
    b.trigger('two')
    a.stopListening()
    b.trigger('three')
    assert.equal(f.calls.length, 5)
    assert.equal(_.size(backboneFields(a)._listeningTo), 0)
  })
}

test('objects of both libraries in one listener do not take each other for the same', () => {
  const Backbone = backbone()
  const view = emitter()
  const heard = Array.from({ length: 20 }, (_, i) => (i % 2 ? emitter() : new Backbone.Model()))
  const f = spy()
  for (const object of heard) {
    new Backbone.Model().listenTo(object, 'x', () => {})
    emitter().listenTo(object, 'x', () => {})
    view.listenTo(object, 'event', f)
  }
  for (const object of heard) object.trigger('event')
  assert.equal(f.calls.length, 20)
  view.stopListening()
  for (const object of heard) object.trigger('event')
  assert.equal(f.calls.length, 20)
})

test("handlers that Backbone bound are there after our mixin has taken its place", () => {
  const Backbone = backbone()
  const [object, f, g] = [_.extend({}, Backbone.Events), spy(), spy()]
  object.on('event', f).once('event', g)
  _.extend(object, Events)
  object.on('event', f).trigger('event').off('event', f).trigger('event')
  assert.deepEqual([f.calls.length, g.calls.length], [2, 1])
})

test("Node's EventEmitter can be listened to; it calls with itself as this", () => {
  const [a, ee, f] = [emitter(), new EventEmitter(), spy()]
  a.listenTo(ee, 'data', f)
  ee.emit('data', 1)
  assert.deepEqual([f.calls, f.contexts], [[[1]], [ee]])
  a.stopListening(ee, 'data', f)
  ee.emit('data', 2)
  assert.equal(f.calls.length, 1)
  assert.equal(ee.listenerCount('data'), 0)
})

test('emitters of other libraries get the same calls from us as from Backbone', () => {
  const Backbone = backbone()
  const callsOf = listener => {
    const calls = []
    const show = value => (value === listener ? 'listener' : typeof value === 'function' ? 'function' : typeof value === 'object' && value ? Object.keys(value) : value)
    const foreign = { on: (...args) => calls.push(['on', ...args.map(show)]), off: (...args) => calls.push(['off', ...args.map(show)]) }
    const f = () => {}
    listener.listenTo(foreign, 'a b', f).listenTo(foreign, { c: f }).listenToOnce(foreign, 'd e', f)
    listener.stopListening(foreign, 'a', f).stopListening(foreign, 'c').stopListening(null, 'd').stopListening().stopListening()
    return calls
  }
  const calls = callsOf(emitter())
  assert.equal(calls.length, 7)
  assert.deepEqual(calls, callsOf(_.extend({}, Backbone.Events)))
})

test("jQuery's sets can be listened to", async () => {
  const window = { document: pageOfOneElement(), location: { href: 'https://app.example/' }, setTimeout, getComputedStyle: () => ({}) }
  const { default: jQuery } = await import('jquery')
  const $ = jQuery(window)
  const [a, f, g] = [emitter(), spy(), spy()]
  const $set = $({})
  // With a name, jQuery takes the listener for the handler, from Backbone too.
  a.listenTo($set, { changed: f }).listenToOnce($set, 'changed', g)
  $set.trigger('changed', [1]).trigger('changed', [2])
  assert.deepEqual([f.calls.map(([, value]) => value), g.calls.map(([, value]) => value)], [[1, 2], [1]])
  a.stopListening($set, { changed: f })
  $set.trigger('changed')
  assert.equal(f.calls.length, 2)
})

/** As much of a document as jQuery looks at when it loads. */
function pageOfOneElement() {
  const element = () => ({ appendChild: child => child, cloneNode: element, setAttribute() {}, lastChild: {}, childNodes: [{}, {}], style: {}, getElementsByTagName: () => [] })
  return {
    nodeType: 9, readyState: 'complete', documentElement: element(), body: element(), addEventListener() {},
    createElement: element, createDocumentFragment: element, getElementsByTagName: () => [],
    implementation: { createHTMLDocument: () => ({ body: element() }) },
  }
}

for (const [name, use] of Object.entries(backboneObjects())) {
  test(`in place of its own Events, Backbone's ${name} works as before`, () => {
    const [theirs, withOurs] = [backbone(), backbone()]
    for (const type of ['Model', 'Collection', 'View', 'Router', 'History']) _.extend(withOurs[type].prototype, Events)
    _.extend(withOurs, Events)
    const seen = use(withOurs)
    assert.ok(seen.length > 3)
    assert.deepEqual(seen, use(theirs))
  })
}

/** What each of Backbone's classes does with events: `use(Backbone)` gives what was heard. */
function backboneObjects() {
  return {
    Model(Backbone) {
      const seen = []
      const model = new Backbone.Model({ a: 1 })
      model.on('all', (name, ...args) => seen.push([name, args.length]))
      model.once('change:a', (_model, value) => seen.push(value))
      model.on({ 'change:a change:b': () => seen.push('map') })
      model.set({ a: 2, b: 3 })
      model.set({ a: 4 }, { silent: true })
      model.unset('b')
      model.set({ a: 5 })
      model.destroy()
      return seen
    },
    Collection(Backbone) {
      const seen = []
      const items = new Backbone.Collection([{ id: 1 }], { comparator: 'id' })
      items.on('all', (name, ...args) => seen.push([name, args.length]))
      const model = items.add({ id: 3 })
      items.add([{ id: 2 }, { id: 4 }])
      model.set('title', 'changed')
      model.trigger('own event', 1)
      items.remove(model)
      model.set('title', 'not heard')
      items.set([{ id: 1, x: 1 }, { id: 9 }])
      items.get(9).destroy()
      items.reset([{ id: 5 }])
      items.first().set({ id: 6 })
      seen.push(items.get(6) === items.first())
      return seen
    },
    View(Backbone) {
      const seen = []
      const model = new Backbone.Model()
      const View = Backbone.View.extend({
        initialize() {
          this.listenTo(this.model, 'change', this.render)
          this.listenToOnce(this.model, 'change:title', () => seen.push('once'))
          this.on('rendered', n => seen.push(['rendered', n]))
        },
        render() {
          seen.push(this instanceof View)
          return this.trigger('rendered', 1)
        },
      })
      const view = new View({ el: {}, model })
      model.set('title', 'one')
      model.set('title', 'two')
      view.remove()
      model.set('title', 'three')
      seen.push(_.size(backboneFields(model)._listeners), _.size(backboneFields(view)._listeningTo))
      return seen
    },
    Router(Backbone) {
      const seen = []
      Backbone.history = new Backbone.History()
      const router = new (Backbone.Router.extend({ routes: { 'items/:id': 'item' }, item: id => seen.push(['item', id]) }))()
      router.on('route', (...args) => seen.push(['route', ...args]))
      router.on('route:item', (...args) => seen.push(['route:item', ...args]))
      Backbone.history.on('route', (_router, name, args) => seen.push(['history', name, args]))
      Backbone.on('elsewhere', () => seen.push('Backbone itself'))
      Backbone.history.handlers[0].callback('items/7')
      Backbone.trigger('elsewhere')
      return seen
    },
  }
}
