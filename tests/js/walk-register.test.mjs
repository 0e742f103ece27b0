// Views.register: for views the walk can't find, or whose subviews it can't.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newApp } from './support/world.mjs'

function world() {
  const { App, told } = newApp()
  const calls = []
  return {
    App,
    told,
    view: name => ({ remoteRefresh: () => calls.push(name) }),
    walk(root) {
      App.Utils.RemoteRefresh(root)
      return calls.splice(0).join('')
    },
  }
}

test('a view registered with a parent is walked with it', () => {
  const { App, view, walk } = world()
  const [root, a, b] = [{}, view('a'), view('b')]
  root._subviews = [b]
  App.Views.register(a, { parent: root })
  assert.equal(walk(root), 'ab')
})

test('until it is unregistered, which may be done twice', () => {
  const { App, view, walk } = world()
  const [root, a] = [{}, view('a')]
  const handle = App.Views.register(a, { parent: root })
  handle.unregister()
  handle.unregister()
  assert.equal(walk(root), '')
})

test('registered twice it is called once, and stays until both are undone', () => {
  const { App, view, walk } = world()
  const [root, a] = [{}, view('a')]
  const first = App.Views.register(a, { parent: root })
  const second = App.Views.register(a, { parent: root })
  assert.equal(walk(root), 'a')
  first.unregister()
  assert.equal(walk(root), 'a')
  second.unregister()
  assert.equal(walk(root), '')
})

test('children may be an array, a map or a function of the view', () => {
  const { App, view, walk } = world()
  for (const children of [[view('a')], { one: view('a') }, root => [root.hidden], function () { return this.hidden }]) {
    const root = { hidden: view('a') }
    if (children.length === 0) root.hidden = [view('a')]
    App.Views.register(root, { children })
    assert.equal(walk(root), 'a')
  }
})

test('children given anew replace those before, and undoing the first then changes nothing', () => {
  const { App, view, walk } = world()
  const root = {}
  const first = App.Views.register(root, { children: () => [view('a')] })
  const second = App.Views.register(root, { children: () => [view('b')] })
  first.unregister()
  assert.equal(walk(root), 'b')
  second.unregister()
  assert.equal(walk(root), '')
})

test('a children function that throws is told, and keeps neither the other subviews nor the registered ones away', () => {
  const { App, told, view, walk } = world()
  const cause = new Error('children')
  const root = { _subviews: [view('a')] }
  App.Views.register(root, { children() { throw cause } })
  App.Views.register(view('b'), { parent: root })
  assert.deepEqual([...walk(root)].sort(), ['a', 'b'])
  assert.deepEqual(told('refresh:error'), [{ view: root, code: 'subviews-threw', cause }])
})

test('a registered view is refreshed by the feed\'s page too', () => {
  const { App, view, walk } = world()
  const [root, child, grandchild] = [{}, {}, view('c')]
  App.Views.register(child, { parent: root })
  App.Views.register(grandchild, { parent: child })
  assert.equal(walk(root), 'c')
})

test('what is no view is refused', () => {
  const { App } = world()
  for (const [view, options] of [[null], ['a'], [undefined, {}], [{}, { parent: 'page' }]]) {
    assert.throws(() => App.Views.register(view, options), { name: 'RemoteRefreshError', code: 'invalid-view' })
  }
  App.Views.register({}, null).unregister()
  App.Views.register({}, { parent: null }).unregister()
})
