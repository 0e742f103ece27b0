// The feed's credentials: asked for when needed, renewed once, given up without a storm, and never shown.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFeed } from './support/feed-server.mjs'
import { newApp, pause, until } from './support/world.mjs'

const FAST = { reconnectionDelay: 5, reconnectionDelayMax: 20 }

/** An App, a feed, and an `auth` function that gives `token-1`, `token-2`, … and notes what it was asked. */
async function world() {
  const feed = await startFeed({ updated: 1 })
  const { App, log, told } = newApp()
  const asked = []
  const auth = need => {
    asked.push(need)
    return `token-${asked.length}`
  }
  const tokens = () => feed.requests.map(({ token }) => token)
  const connect = options => App.connect({ url: feed.url, uid: 'u1', auth, ...FAST, ...options })
  const denied = handle => until(() => handle.state === 'denied')
  const open = handle => until(() => handle.state === 'open')
  return { App, feed, log, told, asked, tokens, connect, denied, open }
}

for (const [what, auth] of Object.entries({
  'a token': 'tok',
  'a function': () => 'tok',
  'a function of a promise': async () => 'tok',
  'a function of an object': () => ({ token: 'tok', expires: 5 }),
})) {
  test(`auth may be ${what}`, async () => {
    const { connect, open, tokens } = await world()
    const handle = connect({ auth })
    await open(handle)
    assert.deepEqual(tokens(), ['tok'])
    handle.close()
  })
}

for (const auth of [undefined, null, () => null, async () => undefined]) {
  test(`without a token (${auth}) none is sent`, async () => {
    const { connect, open, tokens } = await world()
    const handle = connect({ auth })
    await open(handle)
    assert.deepEqual(tokens(), [null])
    handle.close()
  })
}

test('a token is asked for once and kept over reconnects', async () => {
  const { asked, connect, feed, open, tokens } = await world()
  const handle = connect()
  await open(handle)
  feed.drop()
  await until(() => feed.requests.length === 2 && handle.state === 'open')
  assert.deepEqual(asked, [{ fresh: false }])
  assert.deepEqual(tokens(), ['token-1', 'token-1'])
  handle.close()
})

test('a token that is refused is renewed once', async () => {
  const { asked, connect, feed, open, tokens } = await world()
  feed.refuse(({ token }) => token === 'token-1' && { status: 401, body: '{"error":"Auth token is expired"}' })
  const handle = connect()
  await open(handle)
  assert.deepEqual(asked, [{ fresh: false }, { fresh: true }])
  assert.deepEqual(tokens(), ['token-1', 'token-2'])
  handle.close()
})

test('a user who is denied stays so: two requests, and no storm', async () => {
  const { asked, connect, denied, feed } = await world()
  feed.refuse(401)
  const handle = connect()
  await denied(handle)
  assert.equal(handle.reason.code, 'unauthorized')
  assert.match(handle.reason.message, /Permission denied/)
  await pause(1000)
  assert.equal(feed.requests.length, 2)
  assert.equal(asked.length, 2)
  handle.close()
})

for (const auth of ['fixed', null]) {
  test(`auth of ${auth} can't be renewed: one request`, async () => {
    const { connect, denied, feed } = await world()
    feed.refuse(401)
    const handle = connect({ auth })
    await denied(handle)
    await pause(300)
    assert.equal(feed.requests.length, 1)
    handle.close()
  })
}

test('authenticate() revives a denied feed', async () => {
  const { connect, denied, feed, open, tokens } = await world()
  feed.refuse(({ token }) => token !== 'new' && { status: 403, body: '' })
  const handle = connect({ auth: 'old' })
  await denied(handle)
  handle.authenticate('new')
  await open(handle)
  assert.deepEqual(tokens(), ['old', 'new'])
  handle.close()
  handle.authenticate('newer')
  assert.equal(handle.state, 'closed')
})

test('authenticate() without an argument asks the same function again', async () => {
  const { asked, connect, denied, feed, open } = await world()
  feed.refuse(401)
  const handle = connect()
  await denied(handle)
  feed.accept()
  handle.authenticate()
  await open(handle)
  assert.equal(asked.length, 3)
  assert.throws(() => handle.authenticate(5), { code: 'invalid-auth' })
  assert.equal(handle.state, 'open')
  handle.close()
})

test('a token revoked under an open stream is renewed, and no change is lost', async () => {
  const { asked, connect, feed, open, told, tokens } = await world()
  const handle = connect()
  await open(handle)
  feed.value = { updated: 2 }
  feed.revoke()
  await until(() => told('firebase.child_added').length)
  assert.deepEqual(asked, [{ fresh: false }, { fresh: true }])
  assert.deepEqual(tokens(), ['token-1', 'token-2'])
  handle.close()
})

test('a fixed token that is revoked is the end', async () => {
  const { connect, denied, feed, open } = await world()
  const handle = connect({ auth: 'fixed' })
  await open(handle)
  feed.revoke()
  await denied(handle)
  assert.equal(handle.reason.code, 'auth-revoked')
  await pause(200)
  assert.equal(feed.requests.length, 1)
  handle.close()
})

for (const reason of ['null', '"Permission denied"', 'Permission denied']) {
  test(`a cancelled stream (${reason}) is the end until credentials change`, async () => {
    const { connect, denied, feed, open } = await world()
    const handle = connect()
    await open(handle)
    feed.cancel(reason)
    await denied(handle)
    assert.equal(handle.reason.code, 'cancelled')
    await pause(200)
    assert.equal(feed.requests.length, 1)
    handle.authenticate()
    await open(handle)
    handle.close()
  })
}

for (const [how, auth] of Object.entries({
  throws: () => { throw new Error('signed out') },
  rejects: async () => { throw new Error('signed out') },
  'gives a number': () => 7,
})) {
  test(`an auth function that ${how} is asked again`, async () => {
    const { connect, feed, open, told } = await world()
    let calls = 0
    const handle = connect({ auth: need => (++calls < 3 ? auth(need) : 'tok') })
    await open(handle)
    assert.equal(calls, 3)
    assert.equal(feed.requests.length, 1)
    assert.ok(told('feed:state').includes('connecting'))
    handle.close()
  })
}

test('an answer of the last user\'s auth function that comes late is not used for the next one', async () => {
  const { App, connect, feed, open, tokens } = await world()
  let answer
  connect({ auth: () => new Promise(resolve => { answer = resolve }) })
  await until(() => answer)
  const next = App.connect({ url: feed.url, uid: 'u2', auth: () => 'token of u2' })
  answer('token of u1')
  await open(next)
  assert.deepEqual(tokens(), ['token of u2'])
  next.close()
})

test('no token shows in what the App tells', async () => {
  const { connect, denied, feed, log, open } = await world()
  const handle = connect({ auth: 'hunter2' })
  await open(handle)
  feed.drop()
  await until(() => feed.requests.length === 2 && handle.state === 'open')
  feed.write('event: put\ndata: nonsense\n\n')
  await until(() => feed.requests.length === 3 && handle.state === 'open')
  feed.refuse(401)
  feed.drop()
  await denied(handle)
  handle.close()
  const unreachable = newApp()
  const lost = unreachable.App.connect({ url: 'http://127.0.0.1:9', uid: 'u1', auth: 'hunter2', ...FAST })
  await until(() => lost.reason)
  lost.close()
  const text = JSON.stringify([...log, ...unreachable.log, handle, lost])
  assert.ok(text.includes('stream-ended') && text.includes('unauthorized'))
  assert.ok(!text.includes('hunter2'), text)
})
