// The benchmark of the walk: what it compares does the same work, and passes leave nothing behind. Counts and bytes, no times.

import assert from 'node:assert/strict'
import test from 'node:test'
import { contestants } from '../../bench/walk/contestants.mjs'
import { whatStays } from '../../bench/walk/memory.mjs'
import run from '../../bench/walk/page.mjs'

test('each walk of each tree makes the fetches it should', async () => {
  // The measurement counts them after each turn.
  const results = await run({ rounds: 1, turn: 0.01, only: ', 10 views' })
  assert.equal(results.length, 6)
  for (const { times } of results) assert.deepEqual(Object.keys(times), Object.keys(contestants))
})

test('100 passes over 10,000 views, each with a model that fetches, leave nothing behind', async () => {
  const passes = 100
  const { heap, wasm } = await whatStays({ shape: 'flat', size: 10_000, models: 'a model each', fetch: 'stub' }, passes)
  assert.equal(wasm, 0)
  assert.ok(heap < 10_000 * passes, `${heap} bytes, which is one or more for each visit`)
})
