// The bus against Backbone.Events and the popular emitters, in Node and in Chromium.

import { readFileSync } from 'node:fs'
import { inPage } from '../lib/page.mjs'
import { machine, version } from '../lib/machine.mjs'
import { bars, digits, table, write } from '../lib/report.mjs'
import { median, ratio } from '../lib/rounds.mjs'
import { contestants, ours } from './contestants.mjs'
import { compile } from './ids-in-wasm.mjs'
import run from './page.mjs'
import { rows } from './rows.mjs'

const packages = { Backbone: 'backbone', eventemitter3: 'eventemitter3', mitt: 'mitt', nanoevents: 'nanoevents', tseep: 'tseep' }

/** The fastest of these is the measure for `trigger`. */
const fast = ['eventemitter3', 'mitt']

export default async function bench({ quick, only }) {
  const wasm = [...compile()]
  const rounds = quick ? 11 : 21
  const about = {
    machine: machine(),
    versions: Object.fromEntries(Object.entries(packages).map(([name, id]) => [name, version(id)])),
    rounds,
  }
  console.log('Node')
  const node = await run({ wasm, rounds, only, turn: quick ? 0.5 : 10 })
  console.log('Chromium')
  const { result, browser } = await inPage(new URL('page.mjs', import.meta.url), { wasm, rounds, only, turn: quick ? 2 : 20 })
  const places = { [`Node ${process.versions.node}`]: node, [browser]: result }
  if (quick || only) {
    for (const [place, results] of Object.entries(places)) console.log(`\n${place}\n\n${overview(results)}`)
    return
  }
  write('events', texts({ ...about, unit: 'ns per operation, by round', places }))
}

/** What is written down; it can be made again from what the JSON holds. */
export const texts = results => ({ md: markdown(results), json: compact(results), svg: chart(results) })

const names = Object.keys(contestants(compile()))
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

function short(results) {
  const found = results.flatMap(result => {
    const { backbone, fastest } = against(result)
    const below = []
    if (backbone < 1) below.push(`- ${result.row}: ${digits(backbone)} × Backbone`)
    if (fastest < 0.8) below.push(`- ${result.row}: ${digits(fastest)} × the faster of eventemitter3 and mitt`)
    return below
  })
  return found.length ? `Short of the goal:\n\n${found.join('\n')}` : 'No row is short of the goal.'
}

function markdown({ machine, versions, rounds, places }) {
  return `# The bus: how fast

Written by \`node bench/run.mjs events\`. Time of one operation in ns: the median of ${rounds} rounds. In each round every
bus has a turn, the order rotates, and after each turn it is checked that the handlers were called as often as they should.
“× Backbone” is how many times as fast as Backbone ours is: the median of the rounds' ratios, which other work on the machine
disturbs less than the times. The goal is at least 1, and for \`trigger\` also at least 0.8 of the faster of eventemitter3 and mitt.

“ids in wasm” is the design that was not taken: wasm decides, JavaScript keeps the functions. It is a lower bound of its cost,
without all that a full one needs beside (see bench/events/ids-in-wasm.mjs).

- ${machine}
- ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}
- A dash: the bus can't do this (mitt passes one argument; only Backbone's and ours listen).

![How many times as fast as Backbone](events.svg)

${readFileSync(new URL('notes.md', import.meta.url), 'utf8').trim()}
${Object.entries(places).map(([place, results]) => `\n## ${place}\n\n${overview(results)}\n\n${short(results)}`).join('\n')}
`
}

function chart({ places }) {
  return bars({
    title: 'App.Events and other buses: speed, Backbone = 1',
    axis: 'times as fast as Backbone.Events, by the median of the rounds; bars beyond 4 are cut and show their number',
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
