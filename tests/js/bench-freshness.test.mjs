// The promise of the refresh engine, in the benchmark's scenarios: a real page, the built package, real timers. Counts only.

import assert from 'node:assert/strict'
import test from 'node:test'
import { brokenPromises } from '../../bench/freshness/index.mjs'
import { scenarios } from '../../bench/freshness/scenarios.mjs'
import { inPage } from '../../bench/lib/page.mjs'

const run = async options => (await inPage(new URL('../../bench/freshness/page.mjs', import.meta.url), { quick: true, rounds: 1, quiet: 200, ...options })).result

test('in every scenario the screen ends fresh, with no more requests than the contract allows', async () => {
  const results = await run({ who: ['remote-refresh'] })
  assert.deepEqual(results.map(({ scenario }) => scenario), scenarios.map(({ name }) => name))
  for (const { scenario, runs } of results) assert.ok(runs['remote-refresh'][0].requests > 0, scenario)
  assert.deepEqual(brokenPromises(results), [])
})

test('the scenarios tell who drops the last change, and who fetches for each', async () => {
  const [{ runs }] = await run({ only: '10 changes in one tick', who: ['TanStack, cancelRefetch: false', 'TanStack'] })
  const [drops] = runs['TanStack, cancelRefetch: false']
  const [fetches] = runs.TanStack
  assert.deepEqual([drops.fresh, fetches.fresh, fetches.requests], [false, true, 10])
  const asIfOurs = run => brokenPromises([{ scenario: 'burst', runs: { 'remote-refresh': [run] } }])
  assert.deepEqual(asIfOurs(drops), ['- burst: not fresh in the end'])
  assert.deepEqual(asIfOurs(fetches), ['- burst: 10 requests for one entity, where 2 are allowed'])
})
