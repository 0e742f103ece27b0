// The feed server beside nchan (nginx) and pushpin: memory, fan-out, latency, writes. All on this machine, in one run.
//
// The load is a Rust program (load/): Node would be what is measured. Each measurement starts its contestant afresh; in each round
// each contestant has one turn, and the order rotates. A run counts only if every write was answered and every event arrived, in
// order. Peers that are not installed are left out, and it is said how to install them.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { machine } from '../lib/machine.mjs'
import { write } from '../lib/report.mjs'
import { nchan, nchanOnDisk, ours, pushpin } from './contestants.mjs'
import { faults, measure, remarks, scenarios } from './measure.mjs'
import { IN_MEMORY, OURS, PEER_ON_DISK, markdownTable, picture, promises } from './table.mjs'

const root = new URL('../../', import.meta.url)

/** Builds the load and our server; gives the folder they are in. */
function build(profile) {
  const args = ['build', '--quiet', ...(profile === 'release' ? ['--release'] : []), '-p', 'remote-refresh-server', '-p', 'remote-refresh-load', '--bins']
  execFileSync('cargo', args, { cwd: root, stdio: 'inherit' })
  const { target_directory: target } = JSON.parse(execFileSync('cargo', ['metadata', '--format-version', '1', '--no-deps'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 }))
  return `${target}/${profile}`
}

export default async function bench({ quick, only }) {
  const about = { machine: machine(), rounds: quick ? 1 : 3 }
  const folder = build(quick ? 'debug' : 'release')
  const program = `${folder}/remote-refresh-server`
  const all = { [OURS]: ours(program), [PEER_ON_DISK]: nchanOnDisk, [IN_MEMORY]: ours(program, ['--memory']), nchan, pushpin }
  const contestants = Object.entries(all).filter(([, { version }]) => version())
  for (const [name, { version, install }] of Object.entries(all)) {
    if (!version()) console.log(`${name} is not installed and left out; Debian: ${install}`)
  }
  const versions = Object.fromEntries(contestants.map(([name, { version }]) => [name, version()]))

  const own = promises.map(({ ours }) => ours)
  const results = {}
  for (let round = 0; round < about.rounds; round++) {
    for (const scenario of scenarios({ quick }).filter(({ name }) => name.includes(only))) {
      for (let i = 0; i < contestants.length; i++) {
        const [name, contestant] = contestants[(i + round) % contestants.length]
        const run = await attempt(contestant, `${folder}/remote-refresh-load`, scenario, own.includes(name))
        console.log(`${scenario.name}, round ${round + 1}, ${name}${[...run.faults, ...run.remarks].map(text => `: ${text}`).join('')}`)
        if (own.includes(name) && run.faults.length > 0) throw new Error(`ours lost something: ${run.faults.join(', ')}`)
        const runs = (results[scenario.name] ??= Object.fromEntries(contestants.map(([name]) => [name, []])))
        runs[name].push(run)
      }
    }
  }
  if (quick || only) console.log(`\n${markdownTable(results)}`)
  else write('server', texts({ ...about, versions, results }))
}

/** A measurement, and why it does not count, if it doesn't: also when a contestant could not be measured at all. */
async function attempt(contestant, load, scenario, strict) {
  try {
    const run = await measure(contestant, load, scenario)
    return { ...run, faults: faults(run, { strict }), remarks: remarks(run) }
  } catch (error) {
    return { faults: [`it could not be measured (${error.message.replace(/\s+/g, ' ').slice(0, 200)})`], remarks: [] }
  }
}

/** What is written down; it can be made again from what the JSON holds. */
export const texts = data => ({ md: markdown(data), json: JSON.stringify(data, null, 1), svg: picture(data.results) })

function markdown({ machine, rounds, versions, results }) {
  const all = (what, title) => {
    const lines = Object.entries(results).flatMap(([scenario, runs]) => Object.entries(runs).flatMap(([who, runs]) =>
      runs.flatMap((run, i) => run[what].map(text => `- ${scenario}, ${who}, round ${i + 1}: ${text}`))))
    return lines.length > 0 ? `${title}\n\n${lines.join('\n')}\n\n` : ''
  }
  return `# The feed server beside its peers

Written by \`node bench/run.mjs server\`. ${rounds} rounds, the order rotates; medians are shown. A run counts only if every write was answered
and every event arrived, once and in order.

${all('faults', 'These runs did not count:')}${all('remarks', 'Of those that counted, these are to be remarked:')}${machine}. ${Object.entries(versions).map(([name, version]) => `${name}: ${version}`).join('. ')}.

![How many times as good as ours each is: with the same promise, side by side](server.svg)

${markdownTable(results)}

## What the processors did

Microseconds of processor time, of the server's processes alone, for each delivery or write.

${processorTable(results)}

${readFileSync(new URL('notes.md', import.meta.url), 'utf8')}`
}

function processorTable(results) {
  const names = Object.keys(Object.values(results)[0])
  const each = run => (run.processorSeconds * 1e6) / Math.max(run.delivered, run.acknowledged)
  const line = (scenario, runs) => `| ${scenario} | ${names.map(name => {
    const good = runs[name].filter(({ faults }) => faults.length === 0).map(each).sort((a, b) => a - b)
    return good.length > 0 ? good[good.length >> 1].toFixed(1) : '–'
  }).join(' | ')} |`
  return [`|  | ${names.join(' | ')} |`, `| --- |${names.map(() => ' ---: |').join('')}`, ...Object.entries(results).map(([scenario, runs]) => line(scenario, runs))].join('\n')
}
