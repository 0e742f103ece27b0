// Echoes: what this client wrote itself is not fetched where the answer gave it, and everything else is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Backbone from 'backbone'
import { startFeed } from './support/feed-server.mjs'
import { fakeNetwork, newApp, newCollection, newModel, settle, until } from './support/world.mjs'

/** A page with a model, a collection and another model, whose requests are observed. */
async function page(options) {
  const feed = await startFeed({ updated: 0, version: 0 })
  const world = newApp({ clientId: 'tab', ...options })
  const network = fakeNetwork()
  const ajax = Backbone.ajax
  const names = []
  Backbone.ajax = settings => {
    names.push(settings.headers?.['X-Client-Id'])
    return ajax(settings)
  }
  const { unobserve } = world.App.observe(Backbone)
  const handle = world.App.connect({ url: feed.url, uid: 'u1' })
  await until(() => handle.state === 'open')
  const [model, list, other] = [newModel('/model'), newCollection('/list'), newModel('/other')]
  list.model = Backbone.Model.extend({})
  world.App.show({ model, collection: list, _subviews: [{ model: other }] })
  let version = 0
  return {
    ...world, ...network, model, list, other, names,
    /** One change of this origin, whose fetches are then under way. */
    async change(origin = null) {
      network.requests.length = 0
      version++
      feed.patch({ updated: version, version, origin })
      await until(() => world.log.some(([event, snapshot]) => event === 'firebase.child_added' && snapshot.key === 'version' && snapshot.val() === version))
      await settle()
      return network.urls().join(' ')
    },
    close() {
      unobserve()
      handle.close()
    },
  }
}

test('what a client saved is not fetched for its echo, before or after the answer; the rest is', async () => {
  const { change, close, model, names, requests } = await page()
  model.save({ a: 1 })
  requests[0].answer({ a: 1 })
  await settle()
  assert.equal(await change(names[0]), '/list /other')
  requests.forEach(request => request.answer([]))
  await settle()
  model.save({ a: 2 })
  const [save] = requests.slice(-1)
  assert.equal(await change(names.at(-1)), '/list /other')
  save.answer({ a: 2 })
  await settle()
  assert.deepEqual(requests.map(({ url }) => url), ['/list', '/other'])
  close()
})

test('a collection is not fetched for what was created in it', async () => {
  const { change, close, list, names, requests } = await page()
  list.create({ text: 'new' })
  requests[0].answer({ id: 7, text: 'new' })
  await settle()
  assert.equal(await change(names[0]), '/model /other')
  close()
})

test('reads go out without a name, and each write under one of its own', async () => {
  const { close, model, names, requests } = await page()
  model.fetch()
  model.save({ a: 1 })
  model.save({ a: 2 }, { headers: { Other: 'kept' } })
  assert.deepEqual([names[0], new Set(names).size], [undefined, 3])
  assert.ok(names.slice(1).every(name => /^tab-\d+$/.test(name)))
  requests.forEach(request => request.answer())
  close()
})

test('a write that fails gives back what its echo kept from being fetched', async () => {
  const { change, close, model, names, requests } = await page()
  await change()
  requests.forEach(request => request.answer(request.url === '/list' ? [] : { a: 0 }))
  await settle()
  model.save({ a: 1 })
  const save = requests.at(-1)
  assert.equal(await change(names.at(-1)), '/list /other')
  save.fail(500)
  await settle()
  // The answer says no more than the failure did: what the user typed stays until it is saved.
  assert.deepEqual(requests.map(({ url }) => url), ['/list', '/other'])
  model.trigger('sync', model, {}, {})
  await until(() => requests.length === 3)
  assert.equal(requests[2].url, '/model')
  close()
})

test('and at once where edits don\'t defer; so does an empty answer', async () => {
  const { change, close, model, names, requests } = await page({ defer: false })
  model.save({ a: 1 })
  const [save] = requests
  assert.equal(await change(names[0]), '/list /other')
  save.fail(500)
  await until(() => requests.length === 3)
  requests.forEach(request => request.answer([]))
  await settle()
  model.save({ a: 2 })
  requests.at(-1).answer(null)
  await settle()
  assert.equal(await change(names.at(-1)), '/model /list /other')
  close()
})

test('other tabs, other writes and later changes are no echoes', async () => {
  const { change, close, model, names, requests } = await page()
  model.save({ a: 1 })
  requests[0].answer({ a: 1 })
  await settle()
  for (const origin of ['other-1', 'tab-77', 'tab', 'tab-', null, names[0] + '0']) {
    assert.equal(await change(origin), '/model /list /other', String(origin))
    requests.forEach(request => request.answer([]))
    await settle()
  }
  assert.equal(await change(names[0]), '/list /other')
  requests.forEach(request => request.answer([]))
  await settle()
  assert.equal(await change(names[0]), '/model /list /other', 'a job that the write started may have gone on')
  close()
})

test('a change of somebody else\'s during a save waits for the save', async () => {
  const { change, close, model, requests } = await page()
  model.save({ a: 1 })
  const [save] = requests
  assert.equal(await change('other-1'), '/list /other')
  save.answer({ a: 1 })
  await until(() => requests.length === 3)
  assert.equal(requests[2].url, '/model')
  close()
})

test('a write by other means than Backbone is an echo by App.write', async () => {
  const { App, change, close, list, told } = await page()
  let name
  const answer = App.write(list, async headers => { name = headers['X-Client-Id'] })
  await answer
  assert.equal(await change(name), '/model /other')
  assert.deepEqual(told('refresh:skipped').map(({ entity, reason }) => [entity, reason]), [[list, 'own-write']])
  await assert.rejects(App.write([list], async () => { throw new Error('no') }), { message: 'no' })
  assert.throws(() => App.write([], () => {}), { code: 'invalid-write' })
  assert.throws(() => App.write(list), { code: 'invalid-write' })
  assert.equal(App.clientId, 'tab')
  close()
})
