// A snapshot answers as Firebase's do.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startFeed } from './support/feed-server.mjs'
import { newApp, until } from './support/world.mjs'

const feed = await startFeed()
const { App, told } = newApp()
const handle = App.connect({ url: feed.url, uid: 'u@1' })
await until(() => handle.state === 'open')
after(() => handle.close())

/** The snapshot that the child `box` gives when it gets this value. */
async function snapshotOf(value, name = 'box') {
  const before = told('firebase.child_added').length
  feed.put(`/${name}`, null)
  feed.put(`/${name}`, value)
  await until(() => told('firebase.child_added').length > before)
  return told('firebase.child_added').at(-1)
}

test('name, key and the address', async () => {
  const snapshot = await snapshotOf(1)
  assert.equal(snapshot.name(), 'box')
  assert.equal(snapshot.key, 'box')
  assert.equal(snapshot.ref().key, 'box')
  assert.equal(snapshot.ref().toString(), `${feed.url}/users/u%401/box`)
  assert.equal(String(snapshot.child('a/b c').ref()), `${feed.url}/users/u%401/box/a/b%20c`)
  assert.equal(String((await snapshotOf(1, 'é')).ref()), `${feed.url}/users/u%401/%C3%A9`)
})

for (const value of [1, -1.5, 0, 1e300, 'text', '', 'žluť 🐎', true, false, { a: 1, b: { c: 'd' } }]) {
  test(`the value ${JSON.stringify(value)} comes back as it is`, async () => {
    const snapshot = await snapshotOf(value)
    assert.deepEqual(snapshot.val(), value)
    assert.deepEqual(snapshot.exportVal(), value)
    assert.deepEqual(snapshot.toJSON(), value)
    assert.equal(JSON.stringify({ snapshot }), JSON.stringify({ snapshot: value }))
    assert.equal(snapshot.exists(), true)
  })
}

test('JSON is read as browsers read it', async () => {
  const before = told('firebase.child_added').length
  const data = String.raw`{"esc":"\"\\\/\b\f\n\r\t\u0041\u00e9\uD83D\uDE00","n":[-0,1E2,1e-7,9007199254740993],"__proto__":{"x":true},"a":1,"a":2,"none":null,"e":{}}`
  feed.write(`event: put\ndata: {"path":"/read", "data" : ${data} }\n\n`)
  await until(() => told('firebase.child_added').length > before)
  const value = told('firebase.child_added').at(-1).val()
  assert.equal(JSON.stringify(value), String.raw`{"__proto__":{"x":true},"a":2,"esc":"\"\\/\b\f\n\r\tAé😀","n":[0,100,1e-7,9007199254740992]}`)
  assert.equal({}.x, undefined)
})

test('numbers for keys look like an array in val(), not in exportVal()', async () => {
  const snapshot = await snapshotOf(['a', 'b', null, 'd'])
  assert.deepEqual(snapshot.val(), ['a', 'b', null, 'd'])
  assert.deepEqual(snapshot.exportVal(), { 0: 'a', 1: 'b', 3: 'd' })
  assert.equal(snapshot.numChildren(), 3)
  assert.equal(snapshot.child(1).val(), 'b')
  assert.equal(snapshot.hasChild(2), false)
  assert.deepEqual((await snapshotOf({ 2: 'x', 4: 'y' })).val(), { 2: 'x', 4: 'y' })
})

test('priorities are told, exported, and order the children', async () => {
  const snapshot = await snapshotOf({
    '.priority': 'high',
    a: { '.priority': 3, '.value': 'last' },
    b: { '.priority': 1, x: 1 },
    c: 'none',
  })
  assert.equal(snapshot.getPriority(), 'high')
  assert.deepEqual(snapshot.val(), { a: 'last', b: { x: 1 }, c: 'none' })
  assert.deepEqual(snapshot.exportVal(), {
    '.priority': 'high', a: { '.priority': 3, '.value': 'last' }, b: { '.priority': 1, x: 1 }, c: 'none',
  })
  const seen = []
  snapshot.forEach(child => { seen.push([child.key, child.getPriority()]) })
  assert.deepEqual(seen, [['c', null], ['b', 1], ['a', 3]])
  assert.equal(snapshot.child('a').val(), 'last')
})

test('children are visited in Firebase\'s order until one returns true', async () => {
  const snapshot = await snapshotOf({ b: 1, 10: 1, a: 1, 9: 1, '-N': 1 })
  const names = []
  assert.equal(snapshot.forEach(child => { names.push(child.name()) }), false)
  assert.deepEqual(names, ['9', '10', '-N', 'a', 'b'])
  names.length = 0
  assert.equal(snapshot.forEach(child => names.push(child.name()) > 0), true)
  assert.deepEqual(names, ['9'])
  assert.equal(snapshot.forEach(() => 'truthy is not true'), false)
})

test('what the callback throws comes out, and the snapshot still answers', async () => {
  const snapshot = await snapshotOf({ a: 1 })
  const error = new Error('mine')
  assert.throws(() => snapshot.forEach(() => { throw error }), error)
  assert.equal(snapshot.forEach(() => true), true)
})

test('children by path, there or not', async () => {
  const snapshot = await snapshotOf({ Message: { version: 2, op: 'added' } })
  assert.equal(snapshot.child('Message/version').val(), 2)
  assert.equal(snapshot.child('/Message/').child('op').key, 'op')
  assert.equal(snapshot.hasChild('Message/op'), true)
  assert.equal(snapshot.hasChild('Message/id'), false)
  assert.equal(snapshot.hasChildren(), true)
  assert.equal(snapshot.numChildren(), 1)
  const absent = snapshot.child('nobody/here')
  assert.deepEqual(
    [absent.key, absent.val(), absent.exportVal(), absent.exists(), absent.hasChildren(), absent.numChildren(), absent.getPriority()],
    ['here', null, null, false, false, 0, null],
  )
  assert.equal(absent.forEach(() => true), false)
})

test('a leaf has no children', async () => {
  const snapshot = await snapshotOf('leaf')
  assert.equal(snapshot.hasChildren(), false)
  assert.equal(snapshot.numChildren(), 0)
  assert.equal(snapshot.child('a').exists(), false)
})

test('a path that is none is refused', async () => {
  const snapshot = await snapshotOf({ a: 1 })
  for (const path of ['a.b', 'a#', '$a', undefined, null, {}, 1.5]) {
    for (const method of ['child', 'hasChild']) {
      assert.throws(() => snapshot[method](path), { name: 'RemoteRefreshError', code: 'invalid-path' }, `${method}(${path})`)
    }
  }
})

test('a snapshot never changes, and what val() gives is the app\'s own', async () => {
  const snapshot = await snapshotOf({ a: { b: 1 } })
  snapshot.val().a.b = 'changed'
  await snapshotOf({ a: { b: 2 } })
  assert.deepEqual(snapshot.val(), { a: { b: 1 } })
})

test('names that mean something in JavaScript mean nothing here', async () => {
  const snapshot = await snapshotOf({ constructor: 1, toString: 2, a: JSON.parse('{"__proto__":{"polluted":true}}') })
  assert.equal(snapshot.child('constructor').val(), 1)
  assert.equal(snapshot.child('toString').val(), 2)
  assert.equal(snapshot.child('a/__proto__/polluted').val(), true)
  assert.deepEqual(snapshot.val().a.polluted, undefined)
  assert.equal({}.polluted, undefined)
})
