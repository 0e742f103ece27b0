// References of the real SDKs as feeds: Firebase 2 of 2015 (whose interface is that of 2014), the namespaced one, the modular one.
// All three speak to one socket server.
import { deleteApp, initializeApp } from '@firebase/app'
import compat from '@firebase/app-compat'
import '@firebase/database-compat'
import { child, getDatabase, goOffline, goOnline, limitToLast, onValue, orderByKey, query, ref } from '@firebase/database'
import assert from 'node:assert/strict'
import dns from 'node:dns'
import { after, test } from 'node:test'
import Firebase2 from 'firebase-2'
import { fromFirebase } from '../../dist/firebase.js'
import { FAST, follow } from './support/provided.mjs'
import { startDatabase } from './support/rtdb-socket.mjs'
import { until } from './support/world.mjs'
import { blocks } from '../packaging/blocks.mjs'

// Firebase 2 wants a name in front of the host's: names below localhost are this machine (RFC 6761), though not for every resolver.
const { lookup } = dns
dns.lookup = (host, ...rest) => lookup(host.endsWith('.localhost') ? '127.0.0.1' : host, ...rest)

// What the SDKs warn of is what the tests provoke.
console.warn = () => {}

let last = 0

const SDKS = {
  'Firebase 2': {
    open(host) {
      const node = new Firebase2(`ws://demo${++last}.feed.localhost:${host.split(':')[1]}/users/u1`)
      return { provider: fromFirebase(node), query: fromFirebase(node.orderByKey().limitToLast(1)), listen: heard => node.on('value', heard) }
    },
    offline: () => Firebase2.goOffline(),
    online: () => Firebase2.goOnline(),
  },
  'the namespaced SDK': {
    open(host) {
      const app = compat.initializeApp({ databaseURL: `http://${host}?ns=demo` }, `namespaced${++last}`)
      after(() => app.delete())
      this.database = app.database()
      const node = this.database.ref('users/u1')
      return { provider: fromFirebase(node), query: fromFirebase(node.orderByKey().limitToLast(1)), listen: heard => node.on('value', heard) }
    },
    offline() { this.database.goOffline() },
    online() { this.database.goOnline() },
  },
  'the modular SDK': {
    open(host) {
      const app = initializeApp({ databaseURL: `http://${host}?ns=demo` }, `modular${++last}`)
      after(() => deleteApp(app))
      this.database = getDatabase(app)
      const node = ref(this.database, 'users/u1')
      const functions = { onValue, child }
      return {
        provider: fromFirebase(node, functions),
        query: fromFirebase(query(node, orderByKey(), limitToLast(1)), functions),
        listen: heard => onValue(node, heard),
      }
    },
    offline() { goOffline(this.database) },
    online() { goOnline(this.database) },
  },
}

// An SDK that is offline lets the process end.
after(() => Firebase2.goOffline())

for (const [name, sdk] of Object.entries(SDKS)) {
  test(`${name}: a reference's value is the node`, async () => {
    const database = await startDatabase({ updated: 1, list: ['a', 'b'] })
    const { changes, feed } = follow(sdk.open(database.host).provider)
    await until(() => feed.state === 'open')
    assert.deepEqual(changes(), [])
    database.set({ updated: 2, list: ['a', 'b'] })
    await until(() => changes().length)
    assert.deepEqual(changes(), [['updated', 2]])
    assert.equal(database.listeners, 1)
    feed.close()
    await until(() => database.listeners === 0)
  })

  test(`${name}: a query's value is the node`, async () => {
    const database = await startDatabase({ z: 1 })
    const { changes, feed } = follow(sdk.open(database.host).query)
    await until(() => feed.state === 'open')
    database.set({ z: 2 })
    await until(() => changes().length)
    assert.deepEqual(changes(), [['z', 2]])
    feed.close()
  })

  test(`${name}: while it has no connection the feed is stale; what was missed is a change`, async () => {
    const database = await startDatabase({ updated: 1 })
    const { changes, feed, states } = follow(sdk.open(database.host).provider)
    await until(() => feed.state === 'open')
    sdk.offline()
    await until(() => feed.state === 'stale')
    assert.match(feed.reason.message, /lost its connection/)
    database.set({ updated: 2 })
    assert.equal(feed.state, 'stale')
    sdk.online()
    await until(() => changes().length)
    assert.deepEqual([changes(), states().at(-1)], [[['updated', 2]], 'open'])
    feed.close()
  })

  test(`${name}: a cached value does not pass for the server's`, async () => {
    const database = await startDatabase({ updated: 1 })
    const { provider, listen } = sdk.open(database.host)
    // A listener of the app's own keeps the value in the SDK's cache.
    let heard = 0
    listen(() => { heard++ })
    await until(() => heard === 1)
    sdk.offline()
    const { feed } = follow(provider)
    listen(() => { heard++ })
    await until(() => heard === 2)
    assert.equal(feed.state, 'connecting')
    sdk.online()
    await until(() => feed.state === 'open')
    feed.close()
  })

  test(`${name}: a refusal denies the feed until somebody has signed in`, async () => {
    const database = await startDatabase({ updated: 1 })
    database.denied = 'Permission denied'
    const { feed } = follow(sdk.open(database.host).provider, FAST)
    await until(() => feed.state === 'denied')
    assert.match(feed.reason.message, /permission_denied|Permission denied/i)
    database.denied = undefined
    feed.authenticate()
    await until(() => feed.state === 'open')
    feed.close()
  })
}

test('the examples in docs/providers.md open the feed', async () => {
  const examples = blocks('docs/providers.md')
  const App = (await import('../../dist/index.js')).default
  const addresses = {
    'remote-refresh/firebase': new URL('../../dist/firebase.js', import.meta.url).href,
    'remote-refresh': new URL('../../dist/index.js', import.meta.url).href,
    'firebase/database': import.meta.resolve('@firebase/database'),
  }
  globalThis.user = { id: 'u1' }
  for (const name of ['firebase-2014.js', 'firebase-namespaced.js', 'firebase-modular.js']) {
    const database = await startDatabase({ updated: 1 })
    const options = { databaseURL: `http://${database.host}?ns=demo` }
    globalThis.Firebase = class extends Firebase2 {
      constructor() {
        super(`ws://docs.feed.localhost:${database.host.split(':')[1]}/users/u1`)
      }
    }
    const apps = name === 'firebase-modular.js' ? [initializeApp(options)] : [compat.initializeApp(options)]
    globalThis.firebase = compat
    const states = []
    const note = state => states.push(state)
    App.Events.on('feed:state', note)
    const code = examples.get(name).replace(/from '([^']+)'/g, (_, from) => `from '${addresses[from]}'`)
    await import(`data:text/javascript,${encodeURIComponent(code)}`)
    await until(() => states.includes('open'), name)
    App.Events.off('feed:state', note)
    App.connect({ provider() {} }).close()
    await Promise.all(apps.map(app => (app.delete ? app.delete() : deleteApp(app))))
  }
})

test('what is no reference is said so', () => {
  for (const wrong of [undefined, null, {}, 'https://my-app.firebaseio.com']) {
    assert.throws(() => fromFirebase(wrong), { code: 'invalid-ref' })
  }
  assert.throws(() => fromFirebase({ ref: { root: {} } }), { code: 'invalid-ref' }, 'a modular one needs its functions')
})
