// `import`: the package is ready on the next line, and so is the notifier. On a server it does nothing but that: whoever
// renders pages there may import what the browser imports.
import assert from 'node:assert/strict'

const globals = () => Reflect.ownKeys(globalThis)
const before = globals()
const { default: App, createApp } = await import('remote-refresh')
const { NotifierError, createNotifier } = await import('remote-refresh/server')
const { eventSource, mercure, poll, webSocket } = await import('remote-refresh/providers')
const { fromFirebase } = await import('remote-refresh/firebase')
const { fakeFeed, virtualClock, watchFetches } = await import('remote-refresh/testing')
const { RemoteRefreshInspector, openInspector } = await import('remote-refresh/inspector')
const { default: load } = await import('remote-refresh/async')

assert.deepEqual(globals(), before, 'no global is added')
assert.deepEqual(process.getActiveResourcesInfo().filter(name => /Timeout|Immediate|TCP|Message/.test(name)), [], 'nothing keeps the process')
assert.equal(process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection'), 0)

const heard = []
App.Events.on('ping', value => heard.push(value))
App.Events.trigger('ping', 1)
createApp().Events.trigger('ping', 2)
assert.deepEqual(heard, [1])

// An App can be tested where there is no browser.
const tested = createApp()
const clock = virtualClock()
const feed = fakeFeed()
const fetches = watchFetches(tested)
const handle = tested.connect({ uid: 'ann', provider: feed })
tested.show({ model: { fetch: async () => {} } })
feed.change({ Message: 'm1' })
await fetches.settled()
assert.deepEqual([handle.state, fetches.total], ['open', 1])
clock.uninstall()
handle.close()

// A page view can be shown where nothing is displayed: no request follows from it.
App.show({ model: { fetch() { assert.fail('nothing is fetched on a server that is not connected') } } })

assert.throws(() => createNotifier({ url: 'nowhere' }), NotifierError)
assert.throws(() => fromFirebase({}), { code: 'invalid-ref' })
for (const provider of [eventSource('/'), mercure('/', { topic: 'x' }), poll('/'), webSocket('/')]) assert.equal(typeof provider, 'function')
assert.equal(typeof load, 'function')
assert.deepEqual([RemoteRefreshInspector, openInspector].map(it => typeof it), ['function', 'function'])
assert.match(import.meta.resolve('remote-refresh/async'), /\/dist\/async\.js$/)
assert.throws(() => import.meta.resolve('remote-refresh/dist/wasm/remote_refresh.js'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' })
