// What the feed announces: nothing of what was there, everything that differs afterwards, once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFeed } from './support/feed-server.mjs'
import { newApp, until } from './support/world.mjs'

const ADDED = 'firebase.child_added'
const FAST = { reconnectionDelay: 5, reconnectionDelayMax: 20 }

/** An App and its feed; `page(name)` makes a page view that notes its refreshes in `calls`. */
async function world(value) {
  const feed = await startFeed(value)
  const { App, log, told } = newApp()
  const calls = []
  return {
    App,
    feed,
    told,
    calls,
    page: name => ({ remoteRefresh: snapshot => calls.push(`${name} ${snapshot.name()}`) }),
    connect: options => App.connect({ url: feed.url, uid: 'u1', ...FAST, ...options }),
    /** Every event of the feed's node so far, as `event child value`, and forgets them. */
    events: () => log.splice(0).filter(([name]) => name.startsWith('firebase.'))
      .map(([name, snapshot, ...rest]) => `${name.slice(9)} ${snapshot.name()} ${JSON.stringify(snapshot.val())} after ${rest[0]}`),
  }
}

test('the first value announces nothing', async () => {
  const { connect, events, feed, told } = await world({ updated: 1, version: 3 })
  const handle = connect()
  await until(() => handle.state === 'open')
  assert.deepEqual(events(), [])
  feed.put('/other', 1)
  await until(() => told(ADDED).length)
  handle.close()
  assert.deepEqual(events(), ['child_added other 1 after null'])
})

test('each child that is new or changed is a child_added, with the child before it', async () => {
  const { connect, events, feed, told } = await world({ updated: 1 })
  const handle = connect()
  await until(() => handle.state === 'open')
  feed.patch({ updated: 2, version: 1 })
  await until(() => told('firebase.child_changed').length)
  assert.deepEqual(events(), [
    'child_added version 1 after updated',
    'child_added updated 2 after null',
    'child_changed updated 2 after null',
  ])
  feed.put('/version', null)
  await until(() => told('firebase.child_removed').length)
  assert.deepEqual(events(), ['child_removed version 1 after null'])
  handle.close()
})

test('a write that changes nothing announces nothing', async () => {
  const { connect, events, feed, told } = await world({ updated: 1 })
  const handle = connect()
  await until(() => handle.state === 'open')
  feed.put('/updated', 1)
  feed.put('/', { updated: 1 })
  feed.put('/updated', 2)
  await until(() => told(ADDED).length)
  assert.equal(events().length, 2)
  handle.close()
})

test('text survives the wire', async () => {
  const { connect, feed, told } = await world(null)
  const handle = connect({ uid: undefined, path: '/queues/ärger 1' })
  await until(() => handle.state === 'open')
  assert.equal(feed.requests[0].path, '/queues/%C3%A4rger%201.json')
  feed.put('/ключ', 'žluťoučký 🐎')
  const [snapshot] = await until(() => told(ADDED).length && told(ADDED))
  assert.equal(snapshot.name(), 'ключ')
  assert.equal(snapshot.val(), 'žluťoučký 🐎')
  handle.close()
})

test('a page shown before the first value is refreshed once, one shown after not until something changes', async () => {
  const { App, calls, connect, feed, page } = await world({ updated: 1 })
  App.show(page('early'))
  const handle = connect()
  await until(() => calls.length)
  App.Views.currentPageView = page('late')
  feed.put('/updated', 2)
  await until(() => calls.length > 1)
  assert.deepEqual(calls, ['early updated', 'late updated'])
  handle.close()
})

test('a page that comes back refreshes once for what it missed', async () => {
  const { App, calls, connect, feed, page, told } = await world({ updated: 1 })
  const handle = connect()
  await until(() => handle.state === 'open')
  const [inbox, profile] = [page('inbox'), page('profile')]
  App.show(inbox)
  App.show(profile)
  feed.put('/updated', 2)
  feed.put('/updated', 3)
  await until(() => told('firebase.child_changed').length === 2)
  calls.length = 0
  App.show(inbox)
  App.show(profile)
  App.show(inbox)
  assert.deepEqual(calls, ['inbox updated'])
  App.show(null)
  feed.put('/updated', 4)
  await until(() => told('firebase.child_changed').length === 3)
  assert.deepEqual(calls, ['inbox updated'])
  handle.close()
})

for (const [since, refreshed] of [
  [7, false], [6, true], [8, true], [{ version: 7 }, false], [{ version: 6 }, true],
  [1732448000000, false], [1732447999999, true], [{ time: 1732448000001 }, false], [{ time: 5 }, true],
]) {
  test(`rendered at ${JSON.stringify(since)}, a page ${refreshed ? 'has a refresh pending' : 'has none pending'}`, async () => {
    const value = { updated: 1732448000000, version: 7 }
    const { App, calls, connect, page } = await world(value)
    App.show(page('at connect'))
    const handle = connect({ since })
    await until(() => handle.state === 'open')
    App.show(page('at show'), { since })
    assert.deepEqual(calls, refreshed ? ['at connect updated', 'at show updated'] : [])
    handle.close()
  })
}

test('since of null is no since', async () => {
  const { App, calls, connect, page } = await world({ updated: 1 })
  App.show(page('early'), { since: null })
  const handle = connect({ since: null })
  await until(() => calls.length)
  assert.deepEqual(calls, ['early updated'])
  handle.close()
})

test('after a reconnect only what differs is announced, and the page is refreshed once', async () => {
  const { App, calls, connect, events, feed, page } = await world({ updated: 1, version: 1, old: 1 })
  const handle = connect()
  await until(() => handle.state === 'open')
  App.show(page('page'))
  feed.value = { updated: 5, version: 1, fresh: 2 }
  feed.drop()
  await until(() => calls.length)
  assert.deepEqual(events(), [
    'child_removed old 1 after null',
    'child_added fresh 2 after null',
    'child_added updated 5 after fresh',
    'child_changed updated 5 after fresh',
  ])
  feed.drop()
  await until(() => feed.requests.length === 3 && handle.state === 'open')
  assert.deepEqual(events(), [])
  assert.deepEqual(calls, ['page updated'])
  handle.close()
})

test('a stream that does not begin with the value is replaced', async () => {
  const { calls, connect, feed, App, page } = await world({ updated: 1 })
  feed.greet(false)
  App.show(page('page'))
  const handle = connect()
  await until(() => feed.open)
  feed.greet(true)
  feed.put('/updated', 2)
  await until(() => handle.state === 'open')
  assert.deepEqual(calls, ['page updated'])
  handle.close()
})
