// The walk against the original's few lines of JavaScript, in Node and in Chromium; and what stays in memory after it.

import { readFileSync } from 'node:fs'
import { inPage } from '../lib/page.mjs'
import { machine, version } from '../lib/machine.mjs'
import { bars, digits, table, write } from '../lib/report.mjs'
import { median, ratio } from '../lib/rounds.mjs'
import { contestants, hooked, ours, theirs } from './contestants.mjs'
import { whatStays } from './memory.mjs'
import run, { trees } from './page.mjs'
import { sharing } from './trees.mjs'

const names = Object.keys(contestants)
const treeOf = Object.fromEntries(trees.map(tree => [tree.name, tree]))

/** Throws if passes leave something behind. */
export default async function bench({ quick, only }) {
  const rounds = quick ? 5 : 21
  const about = { machine: machine(), versions: { backbone: version('backbone') }, rounds }
  console.log('Node')
  const node = await run({ rounds, only, turn: quick ? 0.2 : 10 })
  console.log('Chromium')
  const { result, browser } = await inPage(new URL('page.mjs', import.meta.url), { rounds, only, turn: quick ? 0.5 : 20 })
  const places = { [`Node ${process.versions.node}`]: node, [browser]: result }
  const memory = await inMemory()
  if (quick || only) {
    for (const [place, results] of Object.entries(places)) console.log(`\n${place}\n\n${overview(results)}`)
    console.log(`\n${kept(memory)}`)
  } else {
    write('walk', texts({ ...about, unit: 'ns per pass, by round', places, memory }))
  }
  // Less than a byte per view and pass: nothing of either can have stayed.
  const grown = memory.filter(({ heap, wasm, views, passes }) => heap >= views * passes || wasm > 0)
  if (grown.length) throw new Error(`passes left something behind:\n${kept(grown)}`)
}

async function inMemory() {
  const passes = 100
  const results = []
  for (const models of Object.keys(sharing)) {
    const tree = { shape: 'flat', size: 10_000, models, fetch: 'stub' }
    results.push({ tree: models, views: tree.size, passes, ...(await whatStays(tree, passes)) })
  }
  return results
}

/** What is written down; it can be made again from what the JSON holds. */
export const texts = results => ({ md: markdown(results), json: compact(results), svg: chart(results) })

function overview(results) {
  return table(['ns per view', ...names, `× ${theirs}`, `× ${theirs}, hooks`], results.map(result => {
    const { size } = treeOf[result.row]
    return [result.row, ...names.map(name => digits(median(result.times[name]) / size)), `**${digits(ratio(result, ours, theirs))}**`, digits(ratio(result, hooked, theirs))]
  }))
}

const kept = memory => table(['10,000 views', 'passes', 'heap grew by, bytes', 'wasm memory grew by, bytes', 'wasm memory, bytes'],
  memory.map(({ tree, passes, heap, wasm, wasmBytes }) => [tree, passes, ...[Math.max(0, heap), wasm, wasmBytes].map(number => number.toLocaleString('en'))]))

function markdown({ machine, versions, rounds, places, memory }) {
  return `# The walk: how fast

Written by \`node bench/run.mjs walk\`. One pass over a page: the time per view, in ns, with all that is left to do when the fetches have been
answered; the median of ${rounds} rounds. In each round each walk has a turn, the order rotates, and after each turn the fetches are counted.
“× ${theirs}” is how many times as fast ours is: the median of the rounds' ratios.

- **${ours}**: the built package, on views without a \`remoteRefresh\` of their own; it needs none.
- **${hooked}**: the same, on views whose \`remoteRefresh\` calls \`App.Utils.RemoteRefresh\`, as the original's do.
- **${theirs}**: in other words, but the same: fetch the model and the collection, call each subview's \`remoteRefresh\`.
- A fetch is a stub (a function that counts, and a settled promise) in all rows but the last two: there
  it is Backbone's \`model.fetch()\`, with a request that is answered at once, on a flat tree.

${machine}. ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}.

![How many times as fast as the original's walk](walk.svg)

${readFileSync(new URL('notes.md', import.meta.url), 'utf8').trim()}
${Object.entries(places).map(([place, results]) => `\n## ${place}\n\n${overview(results)}`).join('\n')}

## What stays

In Node, after the garbage collector ran, before and after the passes. The run fails if a byte per view and pass stays, or if the module's memory grows.

${kept(memory)}
`
}

/** The time of one view, as bars: ratios of such different walks would say little. */
function chart({ places }) {
  return bars({
    title: 'One pass over a page: time per view',
    axis: 'µs per view, the median of the rounds; bars beyond 4 are cut and show their number',
    series: names,
    most: 4,
    panels: Object.entries(places).map(([title, results]) => ({
      title,
      rows: results.map(result => ({
        name: result.row,
        values: Object.fromEntries(names.map(name => [name, median(result.times[name]) / treeOf[result.row].size / 1000])),
      })),
    })),
  })
}

/** JSON with one line per contestant and row. */
function compact(value) {
  return JSON.stringify(value, (_, each) => (typeof each === 'number' ? Number(each.toPrecision(4)) : each), 1).replace(/\[\s+([-\d.,e\s]+?)\s+\]/g, (_, list) => `[${list.replace(/\s+/g, ' ')}]`)
}
