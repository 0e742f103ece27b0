// The measurement itself: the same in Node and in a page, once in each process.

import { initSync } from '../../dist/wasm/remote_refresh.js'
import { measure, median } from '../lib/rounds.mjs'
import { contestants } from './contestants.mjs'
import { rows } from './rows.mjs'

/**
 * @param {{ wasm: number[], rounds: number, turn: number, only: string }} options
 * @returns {Promise<{ row: string, times: Record<string, number> }[]>} ns per operation: the median of the rounds
 */
export default async function run({ wasm, rounds, turn, only }) {
  initSync({ module: new WebAssembly.Module(new Uint8Array(wasm)) })
  console.warn = () => {} // 1,000 handlers of one name are on purpose here
  const buses = contestants()
  const results = await measure({
    contestants: Object.keys(buses),
    rows: rows.filter(({ name }) => name.includes(only)).map(({ name, enter }) => ({ name, enter: contestant => enter({ name: contestant, ...buses[contestant] }) })),
    rounds,
    turn,
  })
  return results.map(({ row, times }) => ({ row, times: Object.fromEntries(Object.entries(times).map(([name, rounds]) => [name, median(rounds)])) }))
}
