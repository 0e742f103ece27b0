// What the inspector shows of texts that may hold a secret.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redact } from '../../js/inspector/redact.js'

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl'

test('what says where one is stays: pages, filters, ids', () => {
  for (const text of [
    '/api/threads?page=2&per_page=8', '/api/threads/10/messages?from=152&limit=500', '/people/ben#status',
    '/items/3f2b8c1e-9d4a-4e0b-8a51-7c2f1e6d9b30', '/m/507f1f77bcf86cd799439011', '-OAb3xK9_pQzR4tUvW2m',
    'the stream ended (network error)', 'ThreadPage div.inbox-page.has-thread', 'What? Nothing.', 'the token has expired', 'the session ended (auth-failed)', 'ratio 3/4 & more',
  ]) assert.equal(redact(text), text)
})

test('a query keeps its names, and plain values under names that speak of no secret', () => {
  assert.equal(redact('/x?auth=abc&page=2'), '/x?auth=…&page=2')
  assert.equal(redact('/x?access_token=1&api-key=2&sig=3&q=tea'), '/x?access_token=…&api-key=…&sig=…&q=tea')
  assert.equal(redact('/x?q=a1b2c3d4e5f6g7h8i9j0'), '/x?q=…')
  assert.equal(redact('/x?q=%E0%A4%A'), '/x?q=…', 'what can’t be decoded is not looked at')
  assert.equal(redact('/x?a=1#access_token=secret'), '/x?a=1#access_token=…')
  assert.equal(redact('/x?a1b2c3d4e5f6g7h8i9j0k1l2m3'), '/x?…')
})

test('a user and a password in an address go', () => {
  assert.equal(redact('https://ann:pass@feed.example/users'), 'https://…@feed.example/users')
})

test('tokens go wherever they stand', () => {
  for (const text of [
    JWT, `/share/${JWT}/view`, `no: ${JWT}.`, `Bearer ${JWT}`, 'Authorization: Bearer abcd1234', 'token=abcd1234', '{"password": "hunter22"}',
    `/x/${'a1'.repeat(30)}`, `denied for ${'Zm9v1'.repeat(9)}==`, 'X-Api-Token: abcd1234',
  ]) {
    const shown = redact(text)
    assert.match(shown, /…/, text)
    assert.doesNotMatch(shown, /eyJ|abcd1234|hunter22|a1a1|Zm9v1/, text)
  }
})

test('a text is cut to its limit, after what is secret was taken out', () => {
  assert.equal(redact('a '.repeat(400), 10), 'a a a a a …')
  assert.doesNotMatch(redact(`${'b '.repeat(4)}${JWT}`, 14), /eyJ/)
})
