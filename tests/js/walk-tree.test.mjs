// What a walk reaches: the view's model and collection, then its subviews in whatever they are kept.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import _ from 'underscore'
import { View, fakeNetwork, newApp, newCollection, newModel } from './support/world.mjs'

/** The names of those of the views a, b and c that a walk over a root with these subviews calls, in order. */
function reached(subviews) {
  const { App, told } = newApp()
  const calls = []
  const named = name => ({ remoteRefresh: () => calls.push(name) })
  App.Utils.RemoteRefresh({ _subviews: subviews(named('a'), named('b'), named('c')) })
  assert.deepEqual(told('refresh:error'), [])
  return calls.join('')
}

test('a view\'s model and collection are fetched', () => {
  const { App } = newApp()
  const { urls } = fakeNetwork()
  App.Utils.RemoteRefresh(new View({ model: newModel('/model'), collection: newCollection('/list') }))
  assert.deepEqual(urls(), ['/model', '/list'])
})

test('the model comes first, then the collection, then the subviews in their order', () => {
  const { App } = newApp()
  const { urls } = fakeNetwork()
  const child = name => new View({ model: newModel(`/${name}`) })
  const page = new View({ collection: newCollection('/list'), model: newModel('/model') })
  page._subviews = [child('first'), child('second')]
  page._subviews[0]._subviews = [child('inner')]
  App.Utils.RemoteRefresh(page)
  assert.deepEqual(urls(), ['/model', '/list', '/first', '/inner', '/second'])
})

for (const [container, subviews] of Object.entries({
  'an array': (a, b, c) => [a, b, c],
  'an array of arrays': (a, b, c) => [a, [b, [c]]],
  'an array with holes and nulls': (a, b, c) => [, a, null, b, undefined, false, 0, 'text', c],
  'a map by id': (a, b, c) => ({ c12: a, c13: b, c14: c }),
  'a map of arrays': (a, b, c) => ({ '.list': [a, b], '.head': [c] }),
  'a map with a child named length': (a, b, c) => ({ length: a, other: b, third: c }),
  'a map without a prototype': (a, b, c) => Object.assign(Object.create(null), { a, b, c }),
  'an underscore wrapper': (a, b, c) => _([a, b, c]),
  'a chained underscore wrapper': (a, b, c) => _.chain([a, b, c]),
  'an underscore wrapper of a map': (a, b, c) => _({ x: a, y: b, z: c }),
  'a map of underscore wrappers': (a, b, c) => ({ '.list': _([a, b]), '.head': _([c]) }),
  'a Map': (a, b, c) => new Map([[1, a], [2, [b]], [{}, c]]),
  'a Set': (a, b, c) => new Set([a, b, c]),
})) {
  test(`subviews may be in ${container}`, () => assert.equal(reached(subviews), 'abc'))
}

for (const [nothing, subviews] of Object.entries({ null: null, undefined, 'a number': 7, 'a string': 'abc', 'a function': () => [] })) {
  test(`${nothing} for subviews is none`, () => assert.equal(reached(() => subviews), ''))
}

test('a view kept twice is called once', () => {
  assert.equal(reached((a, b, c) => [a, b, a, [b], c, a]), 'abc')
})

test('an array that contains itself ends', () => {
  assert.equal(reached((a, b, c) => {
    const list = [a, b, c]
    list.push(list)
    return list
  }), 'abc')
})

test('subviews on the prototype, shared by mistake, are not the view\'s own', () => {
  const { App } = newApp()
  let calls = 0
  const Page = View.extend({ _subviews: [] })
  Page.prototype._subviews.push({ remoteRefresh: () => calls++ })
  App.Utils.RemoteRefresh(new Page())
  assert.equal(calls, 0)
})

test('subviews that a class computes are', () => {
  const { App } = newApp()
  let calls = 0
  class Base { get _subviews() { return [this.inner] } }
  class Page extends Base { inner = { remoteRefresh: () => calls++ } }
  App.Utils.RemoteRefresh(new Page())
  assert.equal(calls, 1)
})

test('views need not be Backbone\'s, nor have anything', () => {
  const { App } = newApp()
  const { urls } = fakeNetwork()
  function FamousView() { this.model = newModel('/f') }
  App.Utils.RemoteRefresh({ _subviews: [{}, Object.create(null), new FamousView(), () => {}] })
  assert.deepEqual(urls(), ['/f'])
})

test('a view without the hook is walked as if it had the default one', () => {
  const { App } = newApp()
  const { urls } = fakeNetwork()
  App.Utils.RemoteRefresh({ _subviews: [{ model: newModel('/child'), _subviews: [{ model: newModel('/grandchild') }] }] })
  assert.deepEqual(urls(), ['/child', '/grandchild'])
})

test('a hook gets the snapshot and its view as `this`, and its subviews are its own business', () => {
  const { App } = newApp()
  const { urls } = fakeNetwork()
  const calls = []
  const child = {
    model: newModel('/hidden'),
    _subviews: [{ model: newModel('/hidden too') }],
    remoteRefresh(...args) { calls.push([this, ...args]) },
  }
  const snapshot = { name: () => 'foreign' }
  App.Utils.RemoteRefresh({ _subviews: [child] }, snapshot)
  assert.deepEqual(calls, [[child, snapshot]])
  assert.deepEqual(urls(), [])
})

test('`remoteRefresh: false` keeps a view and all below it out, and says so', () => {
  const { App, told } = newApp()
  const { urls } = fakeNetwork()
  const editor = { remoteRefresh: false, model: newModel(), _subviews: [{ model: newModel() }] }
  App.Utils.RemoteRefresh({ _subviews: [editor, { model: newModel('/other') }] })
  assert.deepEqual(urls(), ['/other'])
  assert.deepEqual(told('refresh:skipped'), [{ view: editor, reason: 'opted-out' }])
})

test('plain data in `model` is left alone', () => {
  const { App, told } = newApp()
  App.Utils.RemoteRefresh({ model: { name: 'Ann' }, collection: [1, 2], _subviews: [{ model: 'Ann', collection: null }] })
  assert.deepEqual(told('refresh:error'), [])
  assert.deepEqual(told('refresh:start'), [])
})
