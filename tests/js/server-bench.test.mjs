// The server benchmark's own logic: what counts, what is compared, and that ours is listened to and written to as documented.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { texts } from '../../bench/server/index.mjs'
import { faults, remarks, scenarios } from '../../bench/server/measure.mjs'
import { IN_MEMORY, OURS, PEER_ON_DISK, markdownTable, summary, timesAsGood } from '../../bench/server/table.mjs'

const good = { written: 10, acknowledged: 10, expected: 20, delivered: 20, outOfOrder: 0, cutOff: 0 }

/** A run of the scenario with own streams. */
const run = (p50, more = {}) => ({ ...good, bytesPerStream: 2048, latency: { p50, p99: 9, max: 10 }, processorSeconds: 1e-4, faults: [], remarks: [], ...more })

test('a run counts only if all writes were answered and all events arrived once, in order, on streams that lived', () => {
  assert.deepEqual(faults(good), [])
  const told = change => faults({ ...good, ...change })
  assert.deepEqual(told({ acknowledged: 7 }), ['3 of 10 writes were not answered'])
  assert.deepEqual(told({ delivered: 15 }), ['5 of 20 events did not arrive'])
  assert.deepEqual(told({ delivered: 21 }), ['1 events came that nobody wrote'])
  assert.deepEqual(told({ outOfOrder: 2, cutOff: 1 }), ['1 streams were cut off', '2 events were not the next of their stream'])
})

test('a peer may cut off a few streams, which is remarked; ours may not', () => {
  const cut = { ...good, expected: 1000, delivered: 990, cutOff: 2, openedAnew: 1 }
  assert.equal(faults(cut).length, 2)
  assert.deepEqual(faults(cut, { strict: false }), [])
  assert.equal(remarks(cut).length, 2)
  assert.equal(faults({ ...cut, delivered: 989 }, { strict: false }).length, 1)
  assert.equal(faults({ ...cut, cutOff: 0 }, { strict: false }).length, 1, 'what is lost on a stream that lives is a fault')
  assert.deepEqual(remarks({ ...good, openedAnew: 0 }), [])
})

test('each contestant is as good as its median, and so many times as good as another', () => {
  const results = { 'own streams': { [OURS]: [run(2), run(4), run(90)], [PEER_ON_DISK]: [run(2), run(2), run(1)], pushpin: [run(8), run(8), run(8, { faults: ['lost'] })] } }
  const row = summary(results).find(({ name }) => name.includes('p50'))
  assert.deepEqual(row.values, { [OURS]: 4, [PEER_ON_DISK]: 2, pushpin: 8 })
  assert.deepEqual([timesAsGood(row, OURS, OURS), timesAsGood(row, PEER_ON_DISK, OURS), timesAsGood(row, 'pushpin', OURS)], [1, 2, 0.5])
  assert.match(markdownTable(results), /\| notify → delivered, p50, ms \| 4\.00 \| 2\.00 \| \*\*0\.50 ×\*\* \|/)
})

test('a contestant none of whose runs count has no number, and is compared with nobody', () => {
  const results = { 'own streams': { [OURS]: [run(4)], [PEER_ON_DISK]: [run(1, { faults: ['lost'] })] } }
  assert.match(markdownTable(results), /p50, ms \| 4\.00 \| – \| – \|/)
})

test('ours is compared with those that promise the same: on disk with on disk, in memory with the better of those in memory', () => {
  const results = { 'own streams': { [OURS]: [run(4)], [PEER_ON_DISK]: [run(8)], [IN_MEMORY]: [run(1)], nchan: [run(2)], pushpin: [run(3)] } }
  assert.match(markdownTable(results), /p50, ms \| 4\.00 \| 8\.00 \| \*\*2\.00 ×\*\* \| 1\.00 \| 2\.00 \| 3\.00 \| \*\*2\.00 ×\*\* \|/)
})

test('more is better where things are counted by the second', () => {
  const of = seconds => [{ ...good, secondsToLastDelivery: seconds, faults: [], remarks: [] }]
  const [row] = summary({ 'one path': { [OURS]: of(1), nchan: of(2) } })
  assert.deepEqual([row.values, timesAsGood(row, 'nchan', OURS)], [{ [OURS]: 20, nchan: 10 }, 0.5])
})

test('without peers there is a table of ours alone', () => {
  assert.match(markdownTable({ 'own streams': { [OURS]: [run(4)] } }), /\| {2}\| remote-refresh \|\n/)
})

test('what is written says what did not count, and when all did', () => {
  const data = runs => ({ machine: 'a machine', rounds: 1, versions: { [OURS]: 'this tree' }, results: { 'own streams': { [OURS]: runs } } })
  assert.doesNotMatch(texts(data([run(4)])).md, /did not count:|remarked/)
  const { md } = texts(data([run(4), run(4, { faults: ['lost'], remarks: ['slow'] })]))
  assert.match(md, /did not count:\n\n- own streams, remote-refresh, round 2: lost\n/)
  assert.match(md, /remarked:\n\n- own streams, remote-refresh, round 2: slow\n/)
  assert.match(texts(data([run(4)])).svg, /^<svg /)
})

test('the load stays within its bounds: streams below the usual limit of files, each scenario with an end', () => {
  for (const quick of [true, false]) {
    for (const { streams, milliseconds, writers } of scenarios({ quick })) assert.ok(streams <= 10_000 && milliseconds <= 60_000 && writers <= 256)
  }
  assert.ok(scenarios({ quick: true }).every(({ streams, milliseconds, most = Infinity }) => streams <= 500 && (milliseconds <= 1000 || most <= 5)))
})
