// One measurement: a contestant, freshly started, under one scenario of the load.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { memory, processorTime, start, stop, until } from './processes.mjs'

/**
 * What is measured. `streams` are opened, each user's own unless `shared`; then `writers` write to `users`, at a `rate` or as fast
 * as they are answered, for `milliseconds` or `most` times.
 */
export function scenarios({ quick }) {
  const streams = quick ? 500 : 10_000
  return [
    { name: 'own streams', streams, users: streams, writers: 64, rate: quick ? 100 : 1000, milliseconds: quick ? 1000 : 10_000 },
    { name: 'one path', streams, shared: true, users: 1, writers: 1, inStep: true, milliseconds: 60_000, most: quick ? 5 : 50 },
    ...[1, 16, 256].map(writers => ({ name: `${writers} writer${writers > 1 ? 's' : ''}`, streams: 16, users: 1024, writers, milliseconds: quick ? 500 : 5000 })),
  ]
}

/** Runs it. Gives the load's report, and what the contestant's processes took. */
export async function measure(contestant, load, scenario) {
  const folder = mkdtempSync(`${tmpdir()}/bench-server-`)
  const running = await contestant.start({ folder, streams: scenario.streams })
  let program
  try {
    const file = (name, text) => (writeFileSync(`${folder}/${name}`, text), `${folder}/${name}`)
    const paths = Array.from({ length: scenario.streams }, (_, n) => running.path(scenario.shared ? 0 : n))
    const { users, writers, rate, milliseconds, most, shared, inStep } = scenario
    const args = Object.entries({ users, writers, rate, milliseconds, most }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]))
    const pids = running.pids()
    await pause(300)
    const before = memory(pids)
    program = start(load, [
      ...['--streams-at', running.streamsAt, '--streams', file('streams', paths.join('\n')), ...(shared ? ['--shared'] : []), ...(inStep ? ['--in-step'] : [])],
      ...['--publish-at', running.publishAt, '--request', file('request', running.request), ...args],
    ], { stdin: 'pipe' })
    await until('all streams open', () => program.heard.includes('open\n'), program)
    // Whatever is only needed to begin has time to go.
    await pause(500)
    const after = memory(pids)
    const time = processorTime(pids)
    program.child.stdin.end('\n')
    if ((await program.ended) !== 0) throw new Error(program.heard)
    const report = JSON.parse(program.heard.trim().split('\n').pop())
    if (!rate && !most && report.secondsToLastAnswer * 1000 < milliseconds / 2) throw new Error('the writers stopped early')
    return { ...report, bytesPerStream: (after - before) / scenario.streams, processorSeconds: processorTime(pids) - time }
  } finally {
    if (program?.child.exitCode === null) await stop(program)
    await running.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Why a run does not count: something was not written, did not arrive, or not in order. What a peer loses because it cut streams off,
 * less than one in a hundred, is remarked and let pass: a browser comes back. Ours has to lose nothing.
 */
export function faults({ written, acknowledged, expected, delivered, outOfOrder, cutOff }, { strict = true } = {}) {
  const pardoned = !strict && cutOff > 0 && delivered >= 0.99 * expected
  return [
    ...(acknowledged < written ? [`${written - acknowledged} of ${written} writes were not answered`] : []),
    ...(delivered < expected && !pardoned ? [`${expected - delivered} of ${expected} events did not arrive`] : []),
    ...(delivered > expected ? [`${delivered - expected} events came that nobody wrote`] : []),
    ...(cutOff > 0 && strict ? [`${cutOff} streams were cut off`] : []),
    ...(outOfOrder > 0 ? [`${outOfOrder} events were not the next of their stream`] : []),
  ]
}

/** What is to be said of a run that counts. */
export function remarks({ expected, delivered, cutOff, openedAnew }) {
  return [
    ...(openedAnew > 0 ? [`${openedAnew} streams were refused or ended at first, and opened again`] : []),
    ...(cutOff > 0 ? [`${cutOff} streams were cut off, and ${expected - delivered} of ${expected} events not seen`] : []),
  ]
}
