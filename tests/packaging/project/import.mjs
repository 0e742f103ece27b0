// `import`: the package is ready on the next line, and so is the notifier.
import assert from 'node:assert/strict'
import App, { createApp } from 'remote-refresh'
import { NotifierError, createNotifier } from 'remote-refresh/server'

const heard = []
App.Events.on('ping', value => heard.push(value))
App.Events.trigger('ping', 1)
createApp().Events.trigger('ping', 2)
assert.deepEqual(heard, [1])

assert.throws(() => createNotifier({ url: 'nowhere' }), NotifierError)
assert.match(import.meta.resolve('remote-refresh/async'), /\/dist\/async\.js$/)
assert.throws(() => import.meta.resolve('remote-refresh/dist/wasm/remote_refresh.js'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' })
