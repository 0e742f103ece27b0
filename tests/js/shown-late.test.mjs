// What a page shows may have been requested before a change that came while it was not displayed yet.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Backbone from 'backbone'
import { startFeed } from './support/feed-server.mjs'
import { fakeNetwork, newApp, newModel, pause, settle, until } from './support/world.mjs'

/** An App that follows a feed, sees every request of Backbone's, and shows nothing yet. */
async function following(test) {
  const feed = await startFeed({ version: 1 })
  const { App, log } = newApp()
  const observer = App.observe(Backbone)
  const network = fakeNetwork()
  const handle = App.connect({ url: feed.url, uid: 'u1', shareTabs: false })
  await until(() => handle.state === 'open')
  test.after(() => {
    handle.close()
    observer.unobserve()
  })
  let version = 1
  return {
    App,
    ...network,
    async change() {
      feed.patch({ version: ++version })
      const seen = version
      await until(() => log.some(([event, snapshot]) => event === 'firebase.child_changed' && snapshot.val() === seen))
    },
  }
}

test('a page that is shown once it has loaded does not miss what changed meanwhile', async t => {
  const { App, change, requests } = await following(t)
  const model = newModel()
  model.fetch()
  await change()
  requests[0].answer({ name: 'old' })
  await settle()
  App.show({ model })
  assert.equal(requests.length, 2)
  requests[1].answer({ name: 'new' })
  await pause(100)
  assert.equal(requests.length, 2)
  assert.equal(model.get('name'), 'new')
})

test('nor does one that is shown while it loads, and its request is not doubled', async t => {
  const { App, change, requests } = await following(t)
  const model = newModel()
  model.fetch()
  await change()
  App.show({ remoteRefresh() { assert.fail('nothing has changed since it was shown') }, model })
  assert.equal(requests.length, 1)
  requests[0].answer({ name: 'old' })
  await until(() => requests.length === 2)
  requests[1].answer({ name: 'new' })
  await pause(100)
  assert.equal(requests.length, 2)
})

test('a subview that is rendered from an answer older than a change is fetched, in the page that has it by then', async t => {
  const { App, change, requests } = await following(t)
  const page = { subviews: [] }
  App.show(page)
  const model = newModel()
  model.fetch().then(() => page.subviews.push({ model }))
  await change()
  requests[0].answer({ name: 'old' })
  await until(() => requests.length === 2)
  requests[1].answer({ name: 'new' })
  await pause(100)
  assert.equal(requests.length, 2)
})

test('a model that two pages share is fetched by the second if it changed while neither was displayed', async t => {
  const { App, change, requests, answerAll } = await following(t)
  const model = newModel()
  App.show({ model })
  App.show({})
  await change()
  App.show({ model })
  await answerAll({ name: 'new' })
  assert.equal(requests.length, 1)
})

test('what was loaded after the last change is shown as it is', async t => {
  const { App, change, requests } = await following(t)
  await change()
  const model = newModel()
  model.fetch()
  requests[0].answer({ name: 'new' })
  await settle()
  App.show({ model, subviews: [{ get model() { throw new Error('not ready') } }, { remoteRefresh: false, model: newModel() }] })
  await pause(100)
  assert.equal(requests.length, 1)
})

test('a view that opted out stays so, and edits count from when a page is shown', async t => {
  const { App, change, requests } = await following(t)
  const [out, edited] = [newModel(), newModel()]
  edited.set('name', 'Ann')
  out.fetch()
  await change()
  requests[0].answer({})
  await settle()
  App.show({ subviews: [{ remoteRefresh: false, model: out }, { model: edited }] })
  edited.set('name', 'Anne')
  await change()
  await pause(100)
  assert.equal(requests.length, 1)
})
