// What the App refuses, with a code and a sentence.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApp } from '../../dist/index.js'
import { startFeed } from './support/feed-server.mjs'
import { newApp, until } from './support/world.mjs'

const url = 'http://feed.example'

/** Asserts that the call throws an error of ours whose sentence mentions this word. */
function refuses(call, code, word) {
  assert.throws(call, error => {
    assert.ok(error instanceof Error)
    assert.equal(error.name, 'RemoteRefreshError')
    assert.equal(error.code, code, error.message)
    assert.match(error.message, word)
    return true
  })
}

for (const [what, options, code, word] of [
  ['no options', undefined, 'invalid-options', /connect/],
  ['a string for options', url, 'invalid-options', /connect/],
  ['no url', { uid: 'u1' }, 'invalid-url', /url/],
  ['a url of another scheme', { url: 'ws://feed.example', uid: 'u1' }, 'invalid-url', /url/],
  ['a url without a host', { url: 'https://', uid: 'u1' }, 'invalid-url', /url/],
  ['a relative url', { url: '/feed', uid: 'u1' }, 'invalid-url', /url/],
  ['a url with white space that is none of ASCII', { url: 'https://feed.example/a\u00a0', uid: 'u1' }, 'invalid-url', /url/],
  ['a url that can\'t be parsed', { url: 'http://a:b:c', uid: 'u1' }, 'invalid-url', /url/],
  ['a url with a bad port', { url: 'http://feed.example:99999', uid: 'u1' }, 'invalid-url', /url/],
  ['a url with a password, which fetch refuses', { url: 'https://ann:secret@feed.example', uid: 'u1' }, 'invalid-url', /url/],
  ['a number for a url', { url: 5, uid: 'u1' }, 'invalid-options', /url/],
  ['no user', { url }, 'missing-uid', /uid/],
  ['null for a user', { url, uid: null }, 'missing-uid', /uid/],
  ['an empty user', { url, uid: '' }, 'invalid-uid', /uid/],
  ['a user with a slash', { url, uid: 'a/b' }, 'invalid-uid', /uid/],
  ['NaN for a user', { url, uid: NaN }, 'invalid-options', /uid/],
  ['an object for a user', { url, uid: { id: 1 } }, 'invalid-options', /uid/],
  ['a path that is none', { url, path: 'a/b.c' }, 'invalid-path', /path/],
  ['a negative time', { url, uid: 'u1', silenceTimeout: -1 }, 'invalid-options', /silenceTimeout/],
  ['a time that no timer takes', { url, uid: 'u1', connectTimeout: 2 ** 31 }, 'invalid-options', /connectTimeout/],
  ['NaN for a time', { url, uid: 'u1', reconnectionDelay: NaN }, 'invalid-options', /reconnectionDelay/],
  ['a text for a time', { url, uid: 'u1', reconnectionDelayMax: '5s' }, 'invalid-options', /reconnectionDelayMax/],
  ['an empty token', { url, uid: 'u1', auth: '' }, 'invalid-auth', /auth/],
  ['an object for auth', { url, uid: 'u1', auth: { token: 't' } }, 'invalid-auth', /auth/],
  ['a text for since', { url, uid: 'u1', since: 'yesterday' }, 'invalid-since', /since/],
  ['a negative since', { url, uid: 'u1', since: -1 }, 'invalid-since', /since/],
  ['a since with nothing in it', { url, uid: 'u1', since: {} }, 'invalid-since', /since/],
]) {
  test(`connect refuses ${what}`, () => refuses(() => newApp().App.connect(options), code, word))
}

test('a refused connect leaves the feed that there is open', async () => {
  const feed = await startFeed({ updated: 1 })
  const { App, told } = newApp()
  const handle = App.connect({ url: feed.url, uid: 'u1' })
  await until(() => handle.state === 'open')
  refuses(() => App.connect({ url: feed.url }), 'missing-uid', /uid/)
  feed.put('/updated', 2)
  await until(() => told('firebase.child_added').length)
  assert.equal(handle.state, 'open')
  handle.close()
  assert.equal(handle.state, 'closed')
})

test('a numeric user id is the text of it', async () => {
  const feed = await startFeed()
  const handle = newApp().App.connect({ url: feed.url, uid: 42 })
  await until(() => handle.state === 'open')
  assert.equal(feed.requests[0].path, '/users/42.json')
  handle.close()
})

test('show refuses what is no view, and keeps the page', () => {
  const { App } = newApp()
  const page = {}
  assert.equal(App.show(page), page)
  for (const view of ['page', 7, true]) refuses(() => App.show(view), 'invalid-view', /show/)
  refuses(() => { App.Views.currentPageView = 'page' }, 'invalid-view', /show/)
  refuses(() => App.show({}, { since: 'now' }), 'invalid-since', /since/)
  assert.equal(App.Views.currentPageView, page)
})

test('no page is null', () => {
  const { App } = newApp()
  assert.equal(App.Views.currentPageView, null)
  App.Views.currentPageView = {}
  App.Views.currentPageView = undefined
  assert.equal(App.Views.currentPageView, null)
  assert.equal(App.show(null), null)
})

for (const [what, options, word] of [
  ['a negative time limit', { fetchTimeout: -1 }, /fetchTimeout/],
  ['a negative number of retries', { fetchRetries: -1 }, /fetchRetries/],
  ['half a retry', { fetchRetries: 1.5 }, /fetchRetries/],
]) {
  test(`createApp refuses ${what}`, () => refuses(() => createApp(options), 'invalid-options', word))
}

test('createApp takes no options and null', () => {
  for (const options of [undefined, null, {}]) assert.equal(typeof createApp(options).connect, 'function')
})
