// An App that followed a provider is garbage like any other once it is closed, however the provider ended.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createApp } from '../../dist/index.js'
import { settle, until } from './support/world.mjs'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc')

const ENDS = { closed() {}, denied: feed => feed.denied(), lost: feed => feed.lost(), 'opened and denied'(feed) {
  feed.value({ updated: 1 })
  feed.denied()
} }

for (const [how, end] of Object.entries(ENDS)) {
  test(`${how}: the App, and what the provider refers to, is collected`, async () => {
    function follow() {
      const App = createApp()
      const held = { App }
      App.connect({ uid: 'u1', provider: feed => {
        held.feed = feed
        end(feed)
        return () => held
      } }).close()
      return [new WeakRef(App), new WeakRef(held)]
    }
    const refs = Array.from({ length: 10 }, follow).flat()
    await settle()
    await until(() => {
      gc()
      return refs.every(ref => !ref.deref())
    }, 'the Apps to be collected')
    assert.equal(refs.length, 20)
  })
}
