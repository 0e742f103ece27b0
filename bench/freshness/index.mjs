// What a page shows after changes, and what it cost: ours and what else there is, in a page of Chromium.

import { readFileSync } from 'node:fs'
import { inPage } from '../lib/page.mjs'
import { machine, version } from '../lib/machine.mjs'
import { digits, table, write } from '../lib/report.mjs'
import { median } from '../lib/rounds.mjs'
import { matrix } from './chart.mjs'

const packages = ['@tanstack/query-core', 'swr', 'react', '@hotwired/turbo', 'backbone']

/** The contestant that has promised something. */
const ours = 'remote-refresh'

/** Throws unless ours kept its promise in every run. */
export default async function bench({ quick, only }) {
  const rounds = quick ? 1 : 3
  const about = { machine: machine(), versions: Object.fromEntries(packages.map(name => [name, version(name)])), rounds }
  const { result: results, browser } = await inPage(new URL('page.mjs', import.meta.url), { quick, rounds, only })
  if (quick || only) console.log(`\n${details(results)}`)
  else write('freshness', texts({ ...about, browser, unit: 'times in fetch times', results }))
  const broken = brokenPromises(results)
  if (broken.length) throw new Error(`ours broke its promise:\n${broken.join('\n')}`)
}

/** What is written down; it can be made again from what the JSON holds. */
export const texts = results => ({ md: markdown(results), json: compact(results), svg: chart(results) })

/** Fresh in the end, and at most 1 + ⌈burst ÷ fetch time⌉ requests per entity. Times are not promised: machines have other things to do. */
export function brokenPromises(results) {
  return results.flatMap(({ scenario, runs }) => (runs[ours] ?? []).flatMap(({ fresh, perEntity, allowed }) => [
    ...(fresh ? [] : [`- ${scenario}: not fresh in the end`]),
    ...(perEntity > allowed ? [`- ${scenario}: ${perEntity} requests for one entity, where ${allowed} are allowed`] : []),
  ]))
}

/** The runs of one contestant as one: medians, and fresh only if it always was. */
export function summary(runs) {
  const of = name => (runs.some(run => run[name] === undefined || run[name] === null) ? undefined : median(runs.map(run => run[name])))
  return { requests: of('requests'), perEntity: of('perEntity'), fresh: runs.filter(({ fresh }) => fresh).length / runs.length, last: of('last'), slowest: of('slowest') }
}

const freshness = share => (share === 1 ? 'yes' : share === 0 ? '**no**' : '**not always**')

const details = results => results.map(({ scenario, runs }) => `### ${scenario}\n\n${table(
  ['', 'requests', 'ends fresh?', 'last change → fresh', 'slowest change'],
  Object.entries(runs).map(([name, runs]) => {
    const { requests, fresh, last, slowest } = summary(runs)
    return [name, requests, freshness(fresh), times(last), times(slowest)]
  }),
)}`).join('\n\n')

const times = number => (number === undefined ? '–' : `${digits(number)} ×`)

function overview(results) {
  const names = Object.keys(results[0].runs)
  const cell = runs => {
    const { requests, fresh, last } = summary(runs)
    return fresh === 1 ? `${requests} · ${times(last)}` : `${requests} · **${fresh ? 'not always fresh' : 'stale'}**`
  }
  return table(['requests · last change → fresh', ...names], results.map(({ scenario, runs }) => [scenario, ...names.map(name => cell(runs[name]))]))
}

function markdown({ machine, versions, rounds, browser, results }) {
  return `# What the page shows after changes, and what it cost

Written by \`node bench/run.mjs freshness\`. Each contestant is the package from npm, in the same page, one after the other, with real timers
and one API server, whose answers take 50 ms. ${rounds} rounds, the order rotates; the medians are shown, and “fresh” means in every
round. Ours is held to its promise by the run itself, which fails if it is not fresh in the end or makes more than 1 + ⌈burst ÷ fetch time⌉
requests per entity (1 where the page was hidden or without a feed).

- **requests**: those after the first change; all of them, whoever aborted them: the server did the work.
- **ends fresh?** When all is quiet, does the screen show the server's newest version of everything?
- **last change → fresh**: from the last change (or from when it could be seen: the feed is back, the tab is visible) until all on the screen is up
  to date. Times are multiples of a fetch, of the slowest one where they differ. A hidden page may be fresh before it is seen: 0.
- **slowest change**: the longest that any of the changes took to be on the screen.

${machine}. ${browser}. ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}.

![Each contestant in each scenario](freshness.svg)

${overview(results)}

${readFileSync(new URL('notes.md', import.meta.url), 'utf8').trim()}

## Each scenario

${details(results)}
`
}

function chart({ results }) {
  const names = Object.keys(results[0].runs)
  return matrix({
    title: 'What the page shows after changes, and what it cost',
    columns: names,
    rows: results.map(({ scenario, runs }) => ({
      name: scenario,
      cells: names.map(name => {
        const { requests, perEntity, fresh, last, slowest } = summary(runs[name])
        const made = `${requests} request${requests === 1 ? '' : 's'}`
        if (fresh < 1) return { state: 'stale', text: fresh ? 'not always fresh' : 'stale for good', more: made }
        const allowed = Math.max(...runs[name].map(({ allowed }) => allowed))
        const state = slowest > LATE ? 'late' : perEntity > allowed ? 'costly' : 'good'
        return { state, text: made, more: `slowest change ${times(slowest)}` }
      }),
    })),
    legend: {
      good: 'fresh',
      costly: 'fresh, with more than 1 + ⌈burst ÷ fetch time⌉ requests per entity',
      late: `fresh, but a change took more than ${LATE} fetch times`,
      stale: 'not fresh in the end',
    },
  })
}

/** Two fetches, the one under way and the next, and what the machine takes. */
const LATE = 2.5

/** JSON with one line per run. */
function compact(value) {
  return JSON.stringify(value, (_, each) => (typeof each === 'number' ? Number(each.toPrecision(4)) : each), 1)
    .replace(/\{\s+("requests"[^{}]+?)\s+\}/g, (_, fields) => `{ ${fields.replace(/\s+/g, ' ')} }`)
}
