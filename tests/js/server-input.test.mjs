// What the notifier does not accept, and that it then sends nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NotifierError, createNotifier } from '../../js/server.js'
import { startFeed } from './server-feed.mjs'

const feed = await startFeed()
const notifier = createNotifier({ url: feed.url, auth: 's3cret' })

/** Asserts that the call is rejected with this code and that the feed saw nothing. */
async function rejected(code, userIds, change) {
  await assert.rejects(notifier.remoteRefresh(userIds, change), error => {
    assert.ok(error instanceof NotifierError)
    assert.equal(error.code, code, error.message)
    return true
  })
  assert.equal(feed.requests.length, 0)
}

for (const [name, id] of [
  ['undefined', undefined],
  ['null', null],
  ['an empty string', ''],
  ['a dot', 'a.b'],
  ['a dollar sign', 'a$'],
  ['a hash', '#a'],
  ['brackets', 'a[0]'],
  ['a slash', 'a/b'],
  ['a line break', 'a\nb'],
  ['DEL', 'a\u007f'],
  ['half a surrogate pair', 'a\ud800'],
  ['769 bytes', 'é'.repeat(384) + 'a'],
  ['a fraction', 1.5],
  ['NaN', NaN],
  ['a number too large to be exact', 2 ** 53],
  ['a whole user', { id: 'ann' }],
  ['a boolean', true],
]) {
  test(`not a user id: ${name}`, () => rejected('bad-user-id', ['ann', id, 'bob']))
}

test('768 bytes and characters beyond the basic plane are an id', async () => {
  const open = await startFeed()
  await createNotifier({ url: open.url }).remoteRefresh(['é'.repeat(384), '👩‍🚀', 'a b:c@d'])
  assert.equal(open.requests.length, 1)
})

test('userIds that are no list at all', async () => {
  for (const userIds of [undefined, null, {}, true]) await rejected('bad-user-id', userIds)
})

test('one bad id among many: nobody is told, and the error names the bad one and everybody', async () => {
  const users = [...Array.from({ length: 600 }, (_, i) => `u${i}`), 'no/good']
  await assert.rejects(notifier.remoteRefresh(users), error => {
    assert.match(error.message, /"no\/good" is not a user id/)
    assert.deepEqual(error.failed, users)
    return true
  })
  assert.equal(feed.requests.length, 0)
})

for (const [name, change] of [
  ['an unknown operation', { models: { Message: { op: 'deleted', id: 'm1' } } }],
  ['a type that cannot be a key', { models: { 'a/b': 'm1' } }],
  ['a type that is no string', { models: [7] }],
  ['a type without anything', { models: { Message: undefined } }],
  ['a type that is false', { models: { Message: false } }],
  ['an empty record id', { models: { Message: '' } }],
  ['an empty list of records', { models: { Message: [] } }],
  ['a list of records in a list', { models: { Message: [['m1']] } }],
  ['models that are a string', { models: 'Message' }],
  ['models that are null', { models: null }],
  ['more than 100 types', { models: Array.from({ length: 101 }, (_, i) => `T${i}`) }],
  ['an origin that is no string', { origin: 7 }],
  ['an empty origin', { origin: '' }],
  ['a negative spread', { spread: -1 }],
  ['a spread that is no number', { spread: '5s' }],
  ['a misspelt field', { model: { Message: 'm1' } }],
  ['null', null],
  ['a string', 'Message'],
]) {
  test(`not a change: ${name}`, () => rejected('bad-change', 'ann', change))
}

for (const [name, options] of [
  ['no address', {}],
  ['a relative address', { url: '/feed' }],
  ['another protocol', { url: 'ftp://feed.example' }],
  ['a password in the address', { url: 'https://me:s3cret@feed.example' }],
  ['an empty secret', { auth: '' }],
  ['a secret that is no string', { auth: 7 }],
  ['an unknown parameter for it', { authParameter: 'token' }],
  ['a batch of none', { batchSize: 0 }],
  ['a window of half a millisecond', { window: 0.5 }],
  ['a window of a minute', { window: 60_000 }],
  ['retries without an end', { retries: Infinity }],
  ['a timeout of half a millisecond', { timeout: 0.5 }],
  ['a fetch that is none', { fetch: 'fetch' }],
]) {
  test(`not an option: ${name}`, () => {
    const url = name.includes('address') || name.includes('protocol') ? {} : { url: feed.url }
    assert.throws(() => createNotifier({ ...url, ...options }), error => {
      assert.ok(error instanceof NotifierError)
      assert.equal(error.code, 'bad-options')
      assert.doesNotMatch(error.message, /s3cret/)
      return true
    })
  })
}

test('without any options', () => assert.throws(() => createNotifier(), { code: 'bad-options' }))
