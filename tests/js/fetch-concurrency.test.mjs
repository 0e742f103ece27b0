// How many fetches are made at once, and which ones first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { View, fakeNetwork, newApp, newModel, settle } from './support/world.mjs'

/** A page of so many views, each with a model of its own. */
const pageOf = count => {
  const models = Array.from({ length: count }, (_, i) => newModel(`/${i}`))
  return { models, page: { _subviews: models.map(model => new View({ model })) } }
}

/** Answers one request after another, and gives the most that were open at once. */
async function answerInTurn({ requests }) {
  let most = requests.length
  for (let answered = 0; answered < requests.length; answered++) {
    requests[answered].answer()
    await settle()
    most = Math.max(most, requests.length - answered - 1)
  }
  return most
}

test('of 20 models at most 6 are fetched at once, and each is fetched', async () => {
  const { App, told } = newApp()
  const network = fakeNetwork()
  App.Utils.RemoteRefresh(pageOf(20).page)
  assert.equal(network.requests.length, 6)
  assert.equal(await answerInTurn(network), 6)
  assert.equal(new Set(network.urls()).size, 20)
  assert.equal(network.requests.length, 20)
  assert.equal(told('refresh:done').length, 20)
})

for (const [concurrency, atOnce] of [[1, 1], [2, 2], [100, 20]]) {
  test(`with \`concurrency: ${concurrency}\` ${atOnce} of 20 are fetched at once`, async () => {
    const { App } = newApp({ concurrency })
    const network = fakeNetwork()
    App.Utils.RemoteRefresh(pageOf(20).page)
    assert.equal(network.requests.length, atOnce)
    assert.equal(await answerInTurn(network), atOnce)
    assert.equal(network.requests.length, 20)
  })
}

test('a fetch that fails makes room like one that is answered', async () => {
  const { App } = newApp({ concurrency: 2, fetchRetries: 0 })
  const { requests } = fakeNetwork()
  App.Utils.RemoteRefresh(pageOf(5).page)
  requests[0].fail(500)
  await settle()
  assert.equal(requests.length, 3)
  requests[1].answer()
  await settle()
  assert.equal(requests.length, 4)
})

test('what waits for its turn says so, and is asked for once', () => {
  const { App } = newApp({ concurrency: 2 })
  const { requests } = fakeNetwork()
  const { models, page } = pageOf(5)
  App.Utils.RemoteRefresh(page)
  const { stateOf } = App.inspect()
  assert.deepEqual(models.map(model => stateOf(model).fetching), [true, true, false, false, false])
  assert.deepEqual(models.map(model => stateOf(model).queued), [false, false, true, true, true])
  App.Utils.RemoteRefresh(page)
  assert.equal(requests.length, 2)
})

/** Gives the window a size for the time of a test. */
function windowOf(t, innerWidth, innerHeight) {
  Object.assign(globalThis, { innerWidth, innerHeight })
  t.after(() => {
    delete globalThis.innerWidth
    delete globalThis.innerHeight
  })
}

/** A view whose element is so far down the page. */
const viewAt = (top, model, rect) => ({
  model,
  el: { getBoundingClientRect: () => ({ top, bottom: top + 50, left: 0, right: 100, ...rect }) },
})

test('what is in view is fetched first, each part in the order of the page', async t => {
  windowOf(t, 1000, 500)
  const { App } = newApp({ concurrency: 2 })
  const network = fakeNetwork()
  // Ten rows of 100 pixels; the user has scrolled down by three.
  const rows = Array.from({ length: 10 }, (_, i) => viewAt((i - 3) * 100, newModel(`/${i}`)))
  App.Utils.RemoteRefresh({ _subviews: rows })
  await answerInTurn(network)
  assert.deepEqual(network.urls(), [3, 4, 5, 6, 7, 0, 1, 2, 8, 9].map(i => `/${i}`))
})

test('what is beside the window, hidden, or gone counts as out of view', async t => {
  windowOf(t, 1000, 500)
  const { App } = newApp({ concurrency: 1 })
  const network = fakeNetwork()
  App.Utils.RemoteRefresh({
    _subviews: [
      viewAt(0, newModel('/left'), { left: -200, right: -100 }),
      viewAt(0, newModel('/right'), { left: 1000, right: 1100 }),
      viewAt(0, newModel('/hidden'), { top: 0, bottom: 0, left: 0, right: 0 }),
      viewAt(-50, newModel('/above')),
      viewAt(500, newModel('/below')),
      viewAt(499, newModel('/edge')),
    ],
  })
  await answerInTurn(network)
  assert.deepEqual(network.urls(), ['/edge', '/left', '/right', '/hidden', '/above', '/below'])
})

test('a model is in view if one of the views that show it is', async t => {
  windowOf(t, 1000, 500)
  const { App } = newApp({ concurrency: 1 })
  const network = fakeNetwork()
  const shared = newModel('/shared')
  App.Utils.RemoteRefresh({
    _subviews: [viewAt(900, newModel('/a')), viewAt(900, shared), viewAt(900, newModel('/b')), viewAt(10, shared), viewAt(950, shared)],
  })
  await answerInTurn(network)
  assert.deepEqual(network.urls(), ['/shared', '/a', '/b'])
})

test('without a window the order is that of the page', async () => {
  const { App } = newApp({ concurrency: 1 })
  const network = fakeNetwork()
  App.Utils.RemoteRefresh({ _subviews: [viewAt(900, newModel('/a')), viewAt(0, newModel('/b'))] })
  await answerInTurn(network)
  assert.deepEqual(network.urls(), ['/a', '/b'])
})

test('an element that throws when it is measured stops nothing', async t => {
  windowOf(t, 1000, 500)
  const { App } = newApp({ concurrency: 1 })
  const network = fakeNetwork()
  const broken = { model: newModel('/broken'), el: { getBoundingClientRect() { throw new Error('detached') } } }
  App.Utils.RemoteRefresh({ _subviews: [broken, viewAt(0, newModel('/b'))] })
  await answerInTurn(network)
  assert.deepEqual(network.urls().sort(), ['/b', '/broken'])
})

test('a fetch that returns no promise keeps none waiting, since its end may never be seen', () => {
  const { App } = newApp({ concurrency: 2 })
  let fetched = 0
  const silent = Array.from({ length: 10 }, () => new View({ model: { fetch: () => { fetched++ } } }))
  const { requests } = fakeNetwork()
  App.Utils.RemoteRefresh({ _subviews: [...silent, ...pageOf(3).page._subviews] })
  assert.equal(fetched, 10)
  assert.equal(requests.length, 2)
})
