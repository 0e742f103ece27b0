// The measurement itself: the same in Node and in a page.

import { measure } from '../lib/rounds.mjs'
import { contestants } from './contestants.mjs'
import { rows } from './rows.mjs'

/** @param {{ wasm: number[], rounds: number, turn: number, only: string }} options */
export default async function run({ wasm, rounds, turn, only }) {
  const buses = contestants(new Uint8Array(wasm))
  return measure({
    contestants: Object.keys(buses),
    rows: rows.filter(({ name }) => name.includes(only)).map(({ name, enter }) => ({ name, enter: contestant => enter({ name: contestant, ...buses[contestant] }) })),
    rounds,
    turn,
    progress: row => console.log(`  ${row}`),
  })
}
