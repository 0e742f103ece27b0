// A browser that has channels and locks, but gives this page none of them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFeed } from './support/feed-server.mjs'
import { newApp } from './support/world.mjs'

test('a channel that cannot be opened stops nothing: the feed can be closed, and another one connects', async t => {
  const feed = await startFeed({ updated: 1 })
  let refused = 0
  const page = {
    document: { addEventListener() {}, removeEventListener() {} },
    navigator: { locks: { request: () => Promise.reject(new Error('no locks here')) } },
    BroadcastChannel: class {
      constructor() {
        refused++
        throw new DOMException('no channels here', 'SecurityError')
      }
    },
  }
  for (const [name, value] of Object.entries(page)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name)
    Object.defineProperty(globalThis, name, { configurable: true, value })
    t.after(() => before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name])
  }
  const { App } = newApp()
  const shared = App.connect({ url: feed.url, uid: 'u1' })
  assert.equal(refused, 1)
  assert.equal(shared.state, 'connecting')
  shared.close()
  assert.equal(shared.state, 'closed')
  const own = App.connect({ url: feed.url, uid: 'u1', shareTabs: false })
  await new Promise(resolve => App.Events.on('feed:state', state => state === 'open' && resolve()))
  own.close()
  assert.equal(own.state, 'closed')
})
