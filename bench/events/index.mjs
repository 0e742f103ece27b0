// The bus against Backbone.Events and the popular emitters, in Node and in Chromium.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inPage } from '../lib/page.mjs'
import { machine, version } from '../lib/machine.mjs'
import { bars, digits, table, write } from '../lib/report.mjs'
import { median, ratio } from '../lib/rounds.mjs'
import { contestants, ours } from './contestants.mjs'
import { rows } from './rows.mjs'

const packages = { Backbone: 'backbone', eventemitter3: 'eventemitter3', mitt: 'mitt', nanoevents: 'nanoevents', tseep: 'tseep' }

/** The fastest of these is the measure for `trigger`. */
const fast = ['eventemitter3', 'mitt']

/** What a process learns about a bus it keeps: how code was compiled, where memory lies. Another one learns otherwise. */
const PROCESSES = 5

export default async function bench({ quick, only }) {
  const wasm = [...readFileSync(new URL('../../dist/wasm/remote_refresh_bg.wasm', import.meta.url))]
  const processes = quick ? 1 : PROCESSES
  const about = {
    machine: machine(),
    versions: Object.fromEntries(Object.entries(packages).map(([name, id]) => [name, version(id)])),
    processes,
  }
  const options = { wasm, only, rounds: 11 }
  const node = []
  const chromium = []
  let name
  for (let i = 1; i <= processes; i++) {
    console.log(`process ${i} of ${processes}: Node`)
    node.push(inNode({ ...options, turn: quick ? 0.5 : 10 }))
    console.log(`process ${i} of ${processes}: Chromium`)
    const { result, browser } = await inPage(new URL('page.mjs', import.meta.url), { ...options, turn: quick ? 2 : 20 })
    chromium.push(result)
    name = browser
  }
  const places = { [`Node ${process.versions.node}`]: together(node), [name]: together(chromium) }
  const memory = only ? undefined : inNode({ memory: true }, '--expose-gc')
  if (quick || only) {
    for (const [place, results] of Object.entries(places)) console.log(`\n${place}\n\n${overview(results)}\n\n${summary(results)}`)
    if (memory) console.log(`\n${memoryTable(memory)}`)
    return
  }
  write('events', texts({ ...about, unit: 'ns per operation, by process', places, memory }))
}

/** What process.mjs prints in a process of its own. */
function inNode(options, ...flags) {
  const script = fileURLToPath(new URL('process.mjs', import.meta.url))
  return JSON.parse(execFileSync(process.execPath, [...flags, script], { input: JSON.stringify(options), maxBuffer: 1 << 26 }))
}

/** One result for each row: of each contestant the times of all processes. */
const together = results => results[0].map(({ row, times }, i) => ({
  row,
  times: Object.fromEntries(Object.keys(times).map(name => [name, results.map(rows => rows[i].times[name])])),
}))

/** What is written down; it can be made again from what the JSON holds. */
export const texts = results => ({ md: markdown(results), json: compact(results), svg: chart(results) })

const names = Object.keys(contestants())
const kindOf = Object.fromEntries(rows.map(({ name, kind }) => [name, kind]))

const against = result => {
  const others = kindOf[result.row] === 'trigger' ? fast.map(name => ratio(result, ours, name)).filter(Boolean) : []
  return { backbone: ratio(result, ours, 'Backbone'), fastest: others.length ? Math.min(...others) : undefined }
}

function overview(results) {
  const line = result => {
    const { backbone, fastest } = against(result)
    return [result.row, ...names.map(name => digits(result.times[name] && median(result.times[name]))), `**${digits(backbone)}**`, digits(fastest)]
  }
  return table(['ns per operation', ...names, '× Backbone', '× fastest of ee3, mitt'], results.map(line))
}

/** The least that each row must reach, as a multiple of Backbone's speed. */
const floorOf = row => (kindOf[row] === 'trigger' ? 1 : row.startsWith('a mixed day') ? 1.5 : 0.7)

/** And the geometric mean of all rows. */
const MEAN_FLOOR = 1.4

function summary(results) {
  const ratios = results.map(result => [result.row, against(result)])
  const mean = Math.exp(ratios.reduce((sum, [, { backbone }]) => sum + Math.log(backbone), 0) / ratios.length)
  const short = ratios.flatMap(([row, { backbone, fastest }]) => [
    ...(backbone < floorOf(row) ? [`- ${row}: ${digits(backbone)} × Backbone; the floor is ${floorOf(row)}`] : []),
    ...(fastest < 0.8 ? [`- ${row}: ${digits(fastest)} × the faster of eventemitter3 and mitt; the goal is 0.8`] : []),
  ])
  if (mean < MEAN_FLOOR) short.push(`- the geometric mean; the floor is ${MEAN_FLOOR}`)
  return `Geometric mean of all rows: **${digits(mean)} × Backbone**.\n\n${short.length ? `Short of it:\n\n${short.join('\n')}` : 'No row is short of its floor.'}`
}

const memoryTable = memory => table(['bytes', 'remote-refresh, heap', 'remote-refresh, wasm', 'Backbone, heap'],
  Object.entries(memory).map(([row, { heap, wasm, backbone }]) => [row, ...[heap, wasm, backbone].map(bytes => String(Math.round(bytes)))]))

function markdown({ machine, versions, processes, places, memory }) {
  return `# The bus: how fast

Written by \`node bench/run.mjs events\`. Time of one operation in ns: the median of ${processes} processes, each of which gives the median
of its rounds. In each round every bus has a turn, the order rotates, and after each turn it is checked that the handlers were
called as often as they should. “× Backbone” is how many times as fast as Backbone ours is: the median of the processes' ratios. The floors:
1 for \`trigger\`, 1.5 for the mixed day, 0.7 for the other rows, ${MEAN_FLOOR} for their geometric mean.

- ${machine}
- ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}
- A dash: the bus can't do this (mitt passes one argument; only Backbone's and ours listen).

![How many times as fast as Backbone](events.svg)

${readFileSync(new URL('notes.md', import.meta.url), 'utf8').trim()}
${Object.entries(places).map(([place, results]) => `\n## ${place}\n\n${overview(results)}\n\n${summary(results)}`).join('\n')}

## Memory

In Node, after garbage collection.

${memoryTable(memory)}
`
}

function chart({ places }) {
  return bars({
    title: 'App.Events and other buses: speed, Backbone = 1',
    axis: 'times as fast as Backbone.Events, by the median of the processes; bars beyond 4 are cut and show their number',
    series: names,
    most: 4,
    mark: 1,
    panels: Object.entries(places).map(([title, results]) => ({
      title,
      rows: results.map(result => ({
        name: result.row,
        values: Object.fromEntries(names.map(name => [name, ratio(result, name, 'Backbone')])),
      })),
    })),
  })
}

/** JSON with one line per contestant and row. */
function compact(value) {
  return JSON.stringify(value, (_, each) => (typeof each === 'number' ? Number(each.toPrecision(4)) : each), 1).replace(/\[\s+([-\d.,e\s]+?)\s+\]/g, (_, list) => `[${list.replace(/\s+/g, ' ')}]`)
}
