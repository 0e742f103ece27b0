// Fetches that the app starts itself count: a refresh waits for them, doubles none, and repairs what they undo.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Backbone from 'backbone'
import { fakeNetwork, newApp, newCollection, newModel, settle, until } from './support/world.mjs'

/** An App that has met the model, whose first refresh is over. */
async function met({ entity = newModel(), observed = false, returns, ...options } = {}) {
  const world = newApp(options)
  const network = fakeNetwork(returns)
  const view = { model: entity }
  const change = () => world.App.Utils.RemoteRefresh(view)
  if (observed) world.observer = world.App.observe(Backbone)
  else change()
  await network.answerAll()
  network.requests.length = 0
  return { ...world, ...network, entity, view, change }
}

for (const observed of [false, true]) {
  const how = observed ? 'of what is observed' : 'of what was met'

  test(`a refresh waits for the app's own fetch ${how}, which started before the change`, async () => {
    const { entity, change, requests, observer } = await met({ observed })
    entity.fetch()
    change()
    change()
    assert.equal(requests.length, 1)
    requests[0].answer()
    await settle()
    assert.equal(requests.length, 2)
    requests[1].answer()
    await settle()
    assert.equal(requests.length, 2)
    observer?.unobserve()
  })

  test(`the app's own fetch ${how} that started after the change is that refresh`, async () => {
    const { entity, change, requests, observer } = await met({ observed })
    entity.fetch()
    change()
    entity.fetch()
    requests[0].answer()
    await settle()
    assert.equal(requests.length, 2, 'the second is under way')
    requests[1].answer()
    await settle()
    assert.equal(requests.length, 2)
    observer?.unobserve()
  })

  test(`a fetch ${how} that fails is no refresh`, async () => {
    const { entity, change, requests, observer } = await met({ observed })
    entity.fetch()
    change()
    entity.fetch()
    requests[1].fail(500)
    requests[0].answer()
    await settle()
    assert.equal(requests.length, 3)
    observer?.unobserve()
  })

  test(`answers ${how} that land out of order are repaired by one more fetch`, async () => {
    const { entity, requests, answerAll, observer } = await met({ observed })
    entity.fetch()
    entity.fetch()
    requests[1].answer({ name: 'new' })
    await settle()
    requests[0].answer({ name: 'old' })
    await settle()
    assert.equal(requests.length, 3)
    requests[2].answer({ name: 'new' })
    await answerAll()
    assert.equal(requests.length, 3)
    assert.equal(entity.get('name'), 'new')
    observer?.unobserve()
  })

  test(`a save ${how} is no refresh, and what was read before its answer is read again`, async () => {
    const { entity, requests, answerAll, observer } = await met({ observed })
    entity.fetch()
    entity.save({ name: 'mine' })
    requests[1].answer({ name: 'mine' })
    await settle()
    requests[0].answer({ name: 'before' })
    await settle()
    assert.equal(requests.length, 3)
    requests[2].answer({ name: 'mine' })
    await answerAll()
    assert.equal(requests.length, 3)
    observer?.unobserve()
  })
}

test('ours and the app\'s answers out of order are repaired too', async () => {
  const { entity, change, requests, answerAll } = await met()
  change()
  entity.fetch()
  requests[1].answer()
  await settle()
  assert.equal(requests.length, 2)
  requests[0].answer()
  await settle()
  assert.equal(requests.length, 3)
  await answerAll()
  assert.equal(requests.length, 3)
})

test('a change during the first load, by an app that observes: one fetch follows the load', async () => {
  const { App } = newApp()
  const { unobserve } = App.observe(Backbone)
  const { requests, answerAll } = fakeNetwork()
  const entity = newModel()
  entity.fetch()
  App.Utils.RemoteRefresh({ model: entity })
  assert.equal(requests.length, 1)
  await answerAll()
  assert.equal(requests.length, 2)
  unobserve()
})

test('a change during the first load, by an app that does not: the load that lands last is repaired', async () => {
  const { App } = newApp()
  const { requests, answerAll } = fakeNetwork('thenable')
  const entity = newModel()
  entity.fetch()
  App.Utils.RemoteRefresh({ model: entity })
  requests[1].answer()
  await settle()
  requests[0].answer()
  await answerAll()
  assert.equal(requests.length, 3)
})

test('loading a part, or a page by other options, is no refresh', async () => {
  for (const options of [{ url: '/part', remove: false }, { data: { q: 'x' } }, { remove: false }]) {
    const collection = newCollection()
    const { requests, change } = await met({ entity: collection })
    collection.fetch(options)
    change()
    collection.fetch(options)
    requests[1].answer([])
    requests[0].answer([])
    await settle()
    assert.equal(requests.length, 3, JSON.stringify(options))
  }
})

test('a member\'s fetch is not its collection\'s', async () => {
  const collection = newCollection()
  const { requests, change } = await met({ entity: collection })
  collection.add({ id: 1 }, { xhr: true }).fetch()
  change()
  assert.equal(requests.length, 2)
})

test('a fetch of the app\'s that is never answered is waited for no longer than the time limit', async () => {
  const { entity, change, requests } = await met({ fetchTimeout: 30 })
  entity.fetch()
  change()
  assert.equal(requests.length, 1)
  await until(() => requests.length === 2)
})

test('an answer that comes after the time limit, over a newer one, is repaired', async () => {
  const { change, requests, entity, told } = await met({ fetchTimeout: 30, fetchRetries: 0 })
  change()
  await until(() => told('refresh:error').length)
  change()
  requests[1].answer({ name: 'new' })
  await settle()
  requests[0].answer({ name: 'old' })
  await settle()
  assert.equal(requests.length, 3)
  requests[2].answer({ name: 'new' })
  await settle()
  assert.equal(entity.get('name'), 'new')
})

test('a `sync` that copies its options is followed all the same', async () => {
  const entity = new (Backbone.Model.extend({ url: '/copy', sync: (method, model, options) => Backbone.sync(method, model, { ...options }) }))({ id: 1 })
  const { change, requests } = await met({ entity })
  entity.fetch()
  change()
  requests[0].answer()
  await settle()
  assert.equal(requests.length, 2)
})

test('an entity whose handlers the app removes is followed again from its next fetch on', async () => {
  const { entity, change, requests, answerAll } = await met()
  entity.off()
  change()
  await answerAll()
  requests.length = 0
  entity.fetch()
  change()
  assert.equal(requests.length, 1)
})

test('observing ends, and what it changed is as before', () => {
  const { sync } = Backbone
  const { App } = newApp()
  const { unobserve } = App.observe(Backbone)
  assert.notEqual(Backbone.sync, sync)
  unobserve()
  unobserve()
  assert.equal(Backbone.sync, sync)
  assert.throws(() => App.observe({}), { code: 'invalid-backbone' })
})

test('an empty answer to a reset empties no collection, where requests are observed', async () => {
  const { App } = newApp()
  const { unobserve } = App.observe(Backbone)
  const { requests } = fakeNetwork()
  const collection = newCollection()
  collection.reset([{ id: 1 }, { id: 2 }])
  collection.fetch({ reset: true })
  requests[0].answer(null)
  assert.equal(collection.length, 2)
  collection.fetch({ reset: true })
  requests[1].answer([{ id: 3 }])
  assert.deepEqual(collection.pluck('id'), [3])
  unobserve()
})
