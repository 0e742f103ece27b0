// Runs random programs on our bus and on Backbone's, and shows the smallest on which they differ.
//
//   node tests/js/events/compare.mjs                        100,000 programs
//   node tests/js/events/compare.mjs --seed 123 --count 1   the one of this seed again

import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import '../support/wasm.mjs'
import { createEvents } from '../../../js/events.js'
import { program, smaller } from './program.mjs'
import { backboneEvents, run, write } from './world.mjs'

/** Compares `events` with Backbone's on `count` programs; the text that shows the first difference, or null. */
export function compare({ events = createEvents(), seed, count }) {
  const backbone = backboneEvents()
  const other = backboneEvents()
  const differs = program => {
    const expected = run(program, backbone, other)
    const seen = run(program, events, other)
    const line = expected.findIndex((line, i) => line !== seen[i])
    return line >= 0 || seen.length > expected.length ? { program, expected, seen, line: line < 0 ? expected.length : line } : null
  }
  for (let i = 0; i < count; i++) {
    let difference = differs(program(seed + i))
    if (!difference) continue
    for (let found = difference; found; ) {
      difference = found
      found = null
      for (const candidate of smaller(difference.program)) {
        found = differs(candidate)
        if (found) break
      }
    }
    return report(seed + i, difference)
  }
  return null
}

function report(seed, { program: { emitters, calls, handlers }, expected, seen, line }) {
  return [
    `seed ${seed}: node tests/js/events/compare.mjs --seed ${seed} --count 1`,
    ...emitters.map((kind, i) => [`emitter${i}: ${kind}`, i]).filter(([text, i]) => i === 0 || !text.endsWith('own')).map(([text]) => text),
    ...handlers.map((does, i) => does.length && `handler${i} = () => { ${does.map(write).join('; ')} }`).filter(Boolean),
    ...calls.map(write),
    'after the same lines', `  Backbone: ${expected[line] ?? '(no more)'}`, `  ours:     ${seen[line] ?? '(no more)'}`,
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { seed: { type: 'string' }, count: { type: 'string', default: '100000' } } })
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9))
  const count = Number(values.count)
  const difference = compare({ seed, count })
  console.log(difference ?? `no difference in ${count} programs from seed ${seed}`)
  process.exitCode = difference ? 1 : 0
}
