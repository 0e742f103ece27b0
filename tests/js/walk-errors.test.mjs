// Whatever the app's code does, the walk goes on, and what went wrong is told.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Backbone from 'backbone'
import { View, fakeNetwork, newApp, newModel, settle, until } from './support/world.mjs'

const thrower = (name, cause) => Object.defineProperty({}, name, { get() { throw cause } })

/** Walks a page of `odd` and a healthy view after it; gives the errors told. The healthy one must have been fetched. */
function survive(odd) {
  const { App, told } = newApp()
  const { urls } = fakeNetwork()
  App.Utils.RemoteRefresh({ _subviews: [odd, new View({ model: newModel('/healthy') })] })
  assert.deepEqual(urls().filter(url => url === '/healthy'), ['/healthy'])
  return told('refresh:error')
}

test('a hook that throws', () => {
  const cause = new Error('hook')
  const view = { remoteRefresh() { throw cause } }
  assert.deepEqual(survive(view), [{ view, code: 'hook-threw', cause }])
})

test('a hook that rejects', async () => {
  const { App, told } = newApp()
  const cause = new Error('async hook')
  const view = { async remoteRefresh() { throw cause } }
  App.Utils.RemoteRefresh({ _subviews: [view] })
  await settle()
  assert.deepEqual(told('refresh:error'), [{ view, code: 'hook-threw', cause }])
})

test('a hook that can\'t be read', () => {
  const cause = new Error('getter')
  const view = thrower('remoteRefresh', cause)
  assert.deepEqual(survive(view), [{ view, code: 'hook-threw', cause }])
})

for (const name of ['model', 'collection']) {
  test(`a ${name} that can't be read`, () => {
    const cause = new Error('getter')
    const view = thrower(name, cause)
    assert.deepEqual(survive(view), [{ view, entity: undefined, code: 'refresh-threw', cause }])
  })
}

test('subviews that can\'t be read', () => {
  const cause = new Error('getter')
  const view = thrower('_subviews', cause)
  assert.deepEqual(survive(view), [{ view, code: 'subviews-threw', cause }])
})

test('a model whose `isNew` throws', () => {
  const cause = new Error('isNew')
  const model = Object.assign(newModel(), { isNew() { throw cause } })
  const view = { model }
  assert.deepEqual(survive(view), [{ view, entity: model, code: 'refresh-threw', cause }])
})

for (const [kind, url] of Object.entries({ 'no url': undefined, 'a url that gives undefined': () => undefined, 'a url that gives null': () => null })) {
  test(`a model with ${kind} is one error, told with view, entity and cause`, () => {
    const model = new (Backbone.Model.extend(url ? { url } : {}))({ id: 1 })
    const view = { model }
    const [error, ...more] = survive(view)
    assert.deepEqual(more, [])
    assert.equal(error.view, view)
    assert.equal(error.entity, model)
    assert.equal(error.code, 'fetch-threw')
    assert.match(error.cause.message, /url/)
  })
}

test('a frozen view is walked, and nothing is written on any', () => {
  const model = newModel('/frozen')
  const view = Object.freeze({ model, _subviews: Object.freeze([Object.freeze({})]) })
  assert.deepEqual(survive(view), [])
  const open = { model: newModel() }
  survive(open)
  assert.deepEqual(Reflect.ownKeys(open), ['model'])
})

test('a frozen model is fetched', () => {
  const { App, told } = newApp()
  const { urls } = fakeNetwork()
  App.Utils.RemoteRefresh({ model: Object.freeze(newModel('/ice')) })
  assert.deepEqual(urls(), ['/ice'])
  assert.deepEqual(told('refresh:error'), [])
})

test('a disposed view, as Chaplin and Oro leave it, has nothing to refresh', () => {
  const view = new View({ model: newModel('/gone') })
  view._subviews = [new View()]
  delete view.model
  delete view._subviews
  view.disposed = true
  assert.deepEqual(survive(Object.freeze(view)), [])
})

test('a model that was never saved has no address yet and is skipped, by name', () => {
  const { App, told } = newApp()
  const { urls } = fakeNetwork()
  const Message = Backbone.Model.extend({ urlRoot: '/messages' })
  const list = new (Backbone.Collection.extend({ model: Message, url: '/messages' }))()
  const views = [{ model: new Message() }, { model: list.add({}) }]
  const me = new (Backbone.Model.extend({ url: '/me' }))()
  App.Utils.RemoteRefresh({ _subviews: [...views, { model: me }] })
  assert.deepEqual(urls(), ['/me'])
  assert.deepEqual(told('refresh:skipped'), views.map(view => ({ view, entity: view.model, reason: 'new' })))
})

test('a tree of 300 levels is walked to its end', async () => {
  const { App, told } = newApp()
  let reached = 0
  const remoteRefresh = function (snapshot) { App.Utils.RemoteRefresh(this, snapshot) }
  let tree = { remoteRefresh: () => reached++ }
  for (let level = 0; level < 300; level++) tree = { remoteRefresh, _subviews: [tree] }
  App.Utils.RemoteRefresh(tree, {})
  await until(() => reached)
  assert.equal(reached, 1)
  assert.deepEqual(told('refresh:error'), [])
})

test('a deeper tree than any page has is cut off, reported once, and the rest is refreshed', async () => {
  const { App, told } = newApp()
  const { urls } = fakeNetwork()
  for (const hook of [undefined, function (snapshot) { App.Utils.RemoteRefresh(this, snapshot) }]) {
    let tree = {}
    for (let level = 0; level < 2000; level++) tree = hook ? { remoteRefresh: hook, _subviews: [tree] } : { _subviews: [tree] }
    App.Utils.RemoteRefresh({ _subviews: [tree, { model: newModel('/beside') }] }, {})
  }
  // A long walk goes on in later tasks, and hooks that call RemoteRefresh each in its own: what is beside may come first.
  await until(() => urls().length === 2 && told('refresh:error').length === 2)
  assert.deepEqual(told('refresh:error').map(({ code }) => code), ['too-deep', 'too-deep'])
  assert.deepEqual(urls(), ['/beside', '/beside'])
})

test('RemoteRefresh without a view says what it needs', () => {
  const { App } = newApp()
  for (const nothing of [undefined, null, 'page', 7]) {
    assert.throws(() => App.Utils.RemoteRefresh(nothing), { name: 'RemoteRefreshError', code: 'invalid-view' })
  }
})
