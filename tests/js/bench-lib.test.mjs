// What benchmarks share: fair rounds, honest ratios, reports that can be read.

import assert from 'node:assert/strict'
import test from 'node:test'
import { bars, digits, table } from '../../bench/lib/report.mjs'
import { measure, median, ratio } from '../../bench/lib/rounds.mjs'

/** Contestants that only note their turns; the clock moves on when they work. */
function notes() {
  const turns = []
  const work = n => { for (let end = performance.now() + n * 0.05; performance.now() < end; ); }
  const enter = name => (name === 'unable' ? undefined : { run(n) { turns.push(name); work(n) } })
  return { turns, enter }
}

test('in each round each contestant has one turn, and the order rotates', async () => {
  const { turns, enter } = notes()
  const [result] = await measure({ rows: [{ name: 'row', enter }], contestants: ['a', 'b', 'unable', 'c'], rounds: 4, turn: 0.2 })
  assert.deepEqual(turns.slice(-12), ['a', 'b', 'c', 'b', 'c', 'a', 'c', 'a', 'b', 'a', 'b', 'c'])
  assert.equal(result.row, 'row')
  assert.deepEqual(Object.entries(result.times).map(([name, times]) => [name, times.length]), [['a', 4], ['b', 4], ['c', 4]])
})

test('a contestant with a wrong result ends the benchmark', async () => {
  const enter = () => ({ ...notes().enter('a'), check() { throw new Error('wrong result') } })
  await assert.rejects(measure({ rows: [{ name: 'row', enter }], contestants: ['a'], rounds: 11, turn: 0.2 }), /wrong result/)
})

test('the ratio compares times of the same round', () => {
  // The machine is slow in the second round and slower in the third: for both.
  const result = { row: 'row', times: { a: [1, 10, 100], b: [2, 20, 200], c: [3, 10, 50] } }
  assert.equal(ratio(result, 'a', 'b'), 2)
  assert.equal(ratio(result, 'a', 'c'), 1)
  assert.equal(ratio(result, 'a', 'unable'), undefined)
  assert.equal(median([4, 1, 3, 2]), 2.5)
})

test('tables and bars show every value', () => {
  assert.equal(table(['row', 'a'], [['one', digits(1.234)], ['two', digits(undefined)]]), '| row | a |\n| --- | ---: |\n| one | 1.23 |\n| two | – |')
  assert.deepEqual([123.4, 12.34, 1.234, 0.1234].map(digits), ['123', '12.3', '1.23', '0.12'])
  const rows = [{ name: 'a < b', values: { ours: 1, theirs: 9, unable: undefined } }]
  const svg = bars({ title: 'Speed', axis: 'times', series: ['ours', 'theirs', 'unable'], panels: [{ title: 'Node', rows }], most: 4, mark: 1 })
  assert.equal(svg.match(/<rect /g).length, 1 + 3 + 2) // the background, the legend, the bars
  assert.match(svg, /a &lt; b/)
  assert.match(svg, /<text class="value"[^>]*>9\.00</)
})
