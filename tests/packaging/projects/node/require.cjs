// `require`: the same by CommonJS.
const assert = require('node:assert/strict')
const { default: App, createApp } = require('remote-refresh')
const { NotifierError, createNotifier } = require('remote-refresh/server')
const { poll } = require('remote-refresh/providers')
const { fakeFeed } = require('remote-refresh/testing')
const { openInspector } = require('remote-refresh/inspector')
const { fromFirebase } = require('remote-refresh/firebase')

const heard = []
App.Events.on('ping', value => heard.push(value))
App.Events.trigger('ping', 1)
createApp().Events.trigger('ping', 2)
assert.deepEqual(heard, [1])

assert.throws(() => createNotifier({ url: 'nowhere' }), NotifierError)
assert.equal(fakeFeed().openings, 0)
assert.throws(() => fromFirebase({}), { code: 'invalid-ref' })
assert.equal(typeof poll('/'), 'function')
assert.equal(typeof openInspector, 'function')
assert.equal(require('remote-refresh/package.json').name, 'remote-refresh')
assert.throws(() => require('remote-refresh/async'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' })
