// Options that a call does not know, or whose value is wrong: the error names them, and the nearest name that there is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Backbone from 'backbone'
import { createApp } from '../../dist/index.js'
import { newApp, newModel } from './support/world.mjs'

/** The message of the error of ours that `call` throws. */
function refusal(call, code = 'invalid-options') {
  let message
  assert.throws(call, error => {
    assert.ok(error instanceof Error)
    assert.equal(error.name, 'RemoteRefreshError')
    assert.equal(error.code, code, error.message)
    ;({ message } = error)
    return true
  })
  return message
}

const url = 'http://feed.example'

/** Each call with an option that is mistyped, and what it should have been. */
const calls = {
  'connect({ shareTab })': [App => App.connect({ url, uid: 'u1', shareTab: true }), 'shareTab', 'shareTabs'],
  'connect({ Uid })': [App => App.connect({ url, Uid: 'u1' }), 'Uid', 'uid'],
  'createApp({ debounc })': [() => createApp({ debounc: 1 }), 'debounc', 'debounce'],
  'createApp({ fetchTimeOut })': [() => createApp({ fetchTimeOut: 1 }), 'fetchTimeOut', 'fetchTimeout'],
  'live(model, { vai })': [App => App.live(newModel(), { vai: 'pager' }), 'vai', 'via'],
  'live(model, { tyep })': [App => App.live(newModel(), { tyep: 'Message' }), 'tyep', 'type'],
  'show(view, { sinze })': [App => App.show({}, { sinze: 1 }), 'sinze', 'since'],
  'register(view, { parnet })': [App => App.Views.register({}, { parnet: {} }), 'parnet', 'parent'],
  'register(view, { childre })': [App => App.Views.register({}, { childre: [] }), 'childre', 'children'],
  'observe(Backbone, { headers })': [App => App.observe(Backbone, { headers: 'X-Client' }), 'headers', 'header'],
}

for (const [what, [call, wrong, near]] of Object.entries(calls)) {
  test(`${what} is refused with the name it should have had`, () => {
    assert.equal(refusal(() => call(newApp().App)), `unknown option \`${wrong}\`; did you mean \`${near}\`?`)
  })
}

test('a name that is like none is refused with all that there are', () => {
  const { App } = newApp()
  assert.equal(
    refusal(() => App.show({}, { animate: true })),
    'unknown option `animate`; the options of `show` are since',
  )
  assert.match(refusal(() => createApp({ colour: 'red' })), /^unknown option `colour`; the options of `createApp` are clientId, concurrency, /)
})

test('what is undefined or null counts as left out, known or not', () => {
  const { App } = newApp({ debounce: undefined, concurrency: null, colour: undefined })
  const view = {}
  assert.equal(App.show(view, { since: undefined, colour: null }), view)
  App.Views.register(view, { parent: undefined, children: undefined }).unregister()
  App.live(newModel(), { type: undefined, single: null })
})

test('a call that is refused has changed nothing', () => {
  const { App, log } = newApp()
  const page = App.show({})
  const { sync } = Backbone
  refusal(() => App.show({}, { sinze: 1 }))
  refusal(() => App.connect({ url, uid: 'u1', shareTab: true }))
  refusal(() => App.observe(Backbone, { headers: 'X-Client' }))
  refusal(() => App.observe(Backbone, { header: 5 }))
  assert.equal(App.Views.currentPageView, page)
  assert.equal(App.inspect().feed, null)
  assert.equal(Backbone.sync, sync)
  assert.deepEqual(log, [])
})

test('options that are no object are refused', () => {
  const { App } = newApp()
  for (const options of [5, 'x', true, () => {}]) {
    assert.match(refusal(() => createApp(options)), /^the options of `createApp` must be an object/)
    assert.match(refusal(() => App.show({}, options)), /^the options of `show` must be an object/)
    assert.match(refusal(() => App.Views.register({}, options)), /^the options of `register` must be an object/)
    assert.match(refusal(() => App.observe(Backbone, options)), /^the options of `observe` must be an object/)
  }
})

for (const [what, call, message, code] of [
  ['createApp({ concurrency: 0 })', () => createApp({ concurrency: 0 }), '`concurrency` must be a whole number from 1'],
  ['createApp({ concurrency: \'6\' })', () => createApp({ concurrency: '6' }), '`concurrency` must be a whole number from 1'],
  ['createApp({ explain: 1 })', () => createApp({ explain: 1 }), '`explain` must be true or false'],
  ['createApp({ typeOf: \'Message\' })', () => createApp({ typeOf: 'Message' }), '`typeOf` must be a function'],
  ['connect({ shareTabs: \'yes\' })', App => App.connect({ url, uid: 'u1', shareTabs: 'yes' }), '`shareTabs` must be true or false'],
  ['live(model, { single: 1 })', App => App.live(newModel(), { single: 1 }), '`single` must be true or false'],
  ['live(model, { via: \'pagr\' })', App => App.live(newModel(), { via: 'pagr' }), "unknown `via` 'pagr'; did you mean 'pager'?", 'invalid-live'],
  ['observe(Backbone, { header: 5 })', App => App.observe(Backbone, { header: 5 }), '`header` must be a string'],
]) {
  test(`${what} is refused with its rule`, () => assert.equal(refusal(() => call(newApp().App), code), message))
}
