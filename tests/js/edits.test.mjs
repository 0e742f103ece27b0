// The user's work is not overwritten: what is edited or typed in is refreshed when that is saved, reverted or left.
import { document, focus, window } from './support/dom.mjs'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Backbone from 'backbone'
import { fakeNetwork, newApp, newCollection, newModel, pause, settle, until } from './support/world.mjs'

/** An App whose view's entity was met and answered with this. */
async function met(entity, answer, options) {
  const world = newApp(options)
  const network = fakeNetwork()
  const view = { model: entity }
  const change = () => world.App.Utils.RemoteRefresh(view)
  change()
  await network.answerAll(answer)
  network.requests.length = 0
  return { ...world, ...network, change, view, deferred: () => world.told('refresh:deferred').map(({ reason }) => reason) }
}

test('a model with an unsaved edit is refreshed once it is saved', async () => {
  const model = newModel()
  const { change, requests, told, view } = await met(model, { name: 'Ann' })
  model.set('name', 'Anne')
  change()
  change()
  assert.equal(requests.length, 0)
  assert.deepEqual(told('refresh:deferred'), [{ entity: model, view, reason: 'unsaved' }])
  model.save()
  requests[0].answer({ name: 'Anne' })
  await until(() => requests.length === 2)
  requests[1].answer({ name: 'Anne' })
  change()
  await until(() => requests.length === 3)
})

test('and when the edit is taken back, or never was one', async () => {
  const model = newModel()
  const { change, requests } = await met(model, { name: 'Ann', tags: ['a'] })
  model.set('tags', ['a'])
  model.set({ name: 'Anne', selected: true })
  change()
  assert.equal(requests.length, 0)
  model.set('name', 'Bea')
  await pause(10)
  assert.equal(requests.length, 0)
  model.set('name', 'Ann')
  await until(() => requests.length === 1)
})

test('what the server never gave is the app\'s own and defers nothing', async () => {
  const model = newModel()
  const { change, requests, deferred } = await met(model, { name: 'Ann' })
  model.set({ selected: true, open: false })
  change()
  assert.equal(requests.length, 1)
  assert.deepEqual(deferred(), [])
})

test('a collection waits for its members\' edits and for new members, and not for those the server gave', async () => {
  const list = newCollection()
  list.model = Backbone.Model.extend({ urlRoot: '/record' })
  const { change, requests, deferred } = await met(list, [{ id: 1, name: 'a' }, { id: 2, name: 'b' }])
  list.get(1).set('name', 'A')
  change()
  assert.deepEqual(deferred(), ['unsaved'])
  list.get(1).save()
  requests[0].answer({ id: 1, name: 'A' })
  await until(() => requests.length === 2)
  requests[1].answer([{ id: 1, name: 'A' }])
  await settle()
  const draft = list.add({ name: 'draft' })
  change()
  assert.equal(requests.length, 2)
  list.remove(draft)
  await until(() => requests.length === 3)
})

test('a collection whose members never have an id is refreshed', async () => {
  const list = newCollection()
  const { change, requests } = await met(list, [{ name: 'a' }, { name: 'b' }])
  change()
  assert.equal(requests.length, 1)
})

test('one may opt out: for an entity, a class, or the App', async () => {
  const Model = Backbone.Model.extend({ url: '/m' })
  const edited = async (declare, options) => {
    const model = new Model({ id: 1 })
    const { App, change, requests } = await met(model, { name: 'Ann' }, options)
    declare(App, model)
    model.set('name', 'Anne')
    change()
    return requests.length
  }
  assert.equal(await edited(() => {}), 0)
  assert.equal(await edited((App, model) => App.live(model, { defer: false })), 1)
  assert.equal(await edited(App => App.live(Model, { defer: false })), 1)
  assert.equal(await edited(() => {}, { defer: false }), 1)
  assert.equal(await edited((App, model) => App.live(model, { defer: true }), { defer: false }), 0)
})

test('a refresh that is pending while another is under way looks for edits before it starts', async () => {
  const model = newModel()
  const { change, requests, deferred } = await met(model, { name: 'Ann' })
  change()
  change()
  requests[0].answer({ name: 'Ann' })
  model.set('name', 'Anne')
  await settle()
  assert.equal(requests.length, 1)
  assert.deepEqual(deferred(), ['unsaved'])
  model.set('name', 'Ann')
  await until(() => requests.length === 2)
})

// The focus
// ---------

/** A page view around a form view, each with a model, and a text field in each of their elements. */
async function form(tag = 'input') {
  const { App, told } = newApp()
  const network = fakeNetwork()
  const el = document.createElement('section')
  const inner = document.createElement('form')
  const fields = [document.createElement(tag), document.createElement(tag)]
  el.append(fields[0], inner)
  inner.append(fields[1])
  document.body.append(el)
  const page = { el, model: newModel('/page'), _subviews: [{ el: inner, model: newModel('/form') }] }
  const change = () => App.Utils.RemoteRefresh(page)
  return { ...network, change, fields, told, urls: () => network.requests.map(({ url }) => url).join(' ') }
}

/** Types into a field that is rendered with this text. */
function type(field, rendered, typed) {
  Object.defineProperties(field, { defaultValue: { value: rendered, configurable: true }, value: { value: typed, configurable: true, writable: true } })
  focus(field)
}

for (const tag of ['input', 'textarea']) {
  test(`what is typed in a ${tag} keeps the view it is in from a refresh, but not the page around it, until it is left`, async () => {
    const { change, fields, told, urls } = await form(tag)
    type(fields[1], '', 'half a sent')
    change()
    assert.equal(urls(), '/page')
    assert.deepEqual(told('refresh:deferred').map(({ entity, reason }) => [entity.id, reason]), [['/form', 'focused']])
    focus(null)
    await until(() => urls() === '/page /form')
  })
}

test('what is typed in the page\'s own field keeps the page alone', async () => {
  const { change, fields, urls } = await form()
  type(fields[0], '', 'x')
  change()
  assert.equal(urls(), '/form')
  focus(null)
  await until(() => urls() === '/form /page')
})

test('a field that only has the focus, or says what was rendered, keeps nothing', async () => {
  const { change, fields, urls } = await form()
  type(fields[1], 'as rendered', 'as rendered')
  change()
  assert.equal(urls(), '/page /form')
  focus(null)
})

test('text that is taken back releases the view at once', async () => {
  const { change, fields, urls } = await form()
  type(fields[1], '', 'x')
  change()
  assert.equal(urls(), '/page')
  fields[1].value = ''
  fields[1].dispatchEvent(new window.Event('input', { bubbles: true }))
  await until(() => urls() === '/page /form')
  focus(null)
})

test('a button or a checkbox is nothing that one types in', async () => {
  for (const kind of ['checkbox', 'submit']) {
    const { change, fields, urls } = await form()
    fields[1].setAttribute('type', kind)
    type(fields[1], '', 'x')
    change()
    assert.equal(urls(), '/page /form')
    focus(null)
  }
})

test('what the user does while a refresh is under way is kept, where requests are observed', async () => {
  const [model, collection] = [newModel(), newCollection()]
  const { App } = newApp()
  const observer = App.observe(Backbone)
  const network = fakeNetwork()
  const change = () => App.Utils.RemoteRefresh({ model, collection })
  change()
  network.requests[0].answer({ name: 'Ann', age: 3 })
  network.requests[1].answer([{ id: 1, name: 'one' }, { id: 2, name: 'two' }])
  await settle()
  change()
  model.set('name', 'Anne')
  collection.get(1).set('name', 'first')
  const added = collection.add({ name: 'new' })
  network.requests[2].answer({ name: 'Ann', age: 4 })
  network.requests[3].answer([{ id: 2, name: 'zwei' }, { id: 1, name: 'one' }])
  await settle()
  assert.deepEqual(model.pick('name', 'age'), { name: 'Anne', age: 4 })
  assert.equal(collection.get(1).get('name'), 'first')
  assert.equal(collection.get(2).get('name'), 'zwei')
  assert.ok(collection.includes(added))
  change()
  assert.equal(network.requests.length, 4, 'and both wait until it is saved')
  observer.unobserve()
})

test('and where the app says that nothing defers, the answer is shown as it is', async () => {
  const model = newModel()
  const { App } = newApp({ defer: false })
  const observer = App.observe(Backbone)
  const network = fakeNetwork()
  const change = () => App.Utils.RemoteRefresh({ model })
  change()
  network.requests[0].answer({ name: 'Ann' })
  await settle()
  change()
  model.set('name', 'Anne')
  network.requests[1].answer({ name: 'Ann' })
  assert.equal(model.get('name'), 'Ann')
  observer.unobserve()
})
