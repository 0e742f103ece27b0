// Breaks the core in one way after the other (crates/sim/mutants.json) and runs the simulation on each: it must fail.
//
// A mutant is text that is replaced in one file of crates/core/src; white space counts as any other. Each is compiled in a copy
// of the two crates, so that nothing is left broken here, whatever happens.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Longer than any sound run takes: a mutant may also never come to an end, in milliseconds. */
const TIME_LIMIT = 1_800_000
/** The steps that a mutant has to fail in, from a seed that is the same each time. */
const STEPS = 20_000_000
const SEED = 1

const listOnly = process.argv[2] === '--list'
const wanted = listOnly ? [] : process.argv.slice(2)
const mutants = JSON.parse(readFileSync('crates/sim/mutants.json', 'utf8'))
const readme = readFileSync('crates/sim/README.md', 'utf8')
const stranger = wanted.find(name => mutants.every(mutant => mutant.name !== name))
if (stranger) throw new Error(`there is no mutant '${stranger}'; the names are in crates/sim/mutants.json`)

/** The text, with any white space for each of its own. */
const patternOf = text => new RegExp(text.trim().split(/\s+/).map(word => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\s+'), 'g')

// Before anything is compiled: what was moved or rewritten since.
for (const { name, breaks, file, from } of mutants) {
  if (!readme.includes(`| \`${name}\` | ${breaks} |`)) throw new Error(`crates/sim/README.md has no row for '${name}': ${breaks}`)
  const found = readFileSync(join('crates/core/src', file), 'utf8').match(patternOf(from))?.length ?? 0
  if (found !== 1) throw new Error(`mutant '${name}': its text is ${found} times in ${file}, not once; adapt it`)
}

if (listOnly) {
  for (const { name, breaks } of mutants) console.log(`   ${name}: ${breaks}`)
  process.exit()
}

const copy = mkdtempSync(join(tmpdir(), 'mutants-'))
const target = process.env.MUTANTS_TARGET_DIR ?? join(copy, 'target')

/** The root's manifest without the root's package: what the two crates need of it. */
function workspace() {
  const root = readFileSync('Cargo.toml', 'utf8')
  const sections = root.split(/^(?=\[)/m).filter(section => /^\[(workspace\.|profile\.dev)/.test(section))
  return `[workspace]\nmembers = ["crates/core", "crates/sim"]\nresolver = "2"\n\n${sections.join('')}`
}

/** Compiles the copy and runs it. */
function simulate() {
  const env = { ...process.env, CARGO_TARGET_DIR: target, RUSTFLAGS: '-Awarnings' }
  const cargo = (...args) => spawnSync('cargo', args, { cwd: copy, env, encoding: 'utf8' })
  const built = cargo('build', '--quiet', '-p', 'remote-refresh-sim')
  if (built.status !== 0) throw new Error(`it does not compile:\n${built.stderr}`)
  const run = spawnSync(join(target, 'debug', 'simulate'), ['--seed', SEED, '--total', STEPS].map(String), { encoding: 'utf8', maxBuffer: 1 << 26, timeout: TIME_LIMIT })
  if (run.error?.code === 'ETIMEDOUT') return { failed: true, line: 'it never comes to an end' }
  const output = `${run.stdout}${run.stderr}`
  const line = output.split('\n').find(line => / fails after | panics/.test(line))
  return { failed: run.status !== 0, line: line ?? output.trim().split('\n').at(-1) }
}

let alive = 0
try {
  for (const path of ['crates/core', 'crates/sim', 'Cargo.lock']) cpSync(path, join(copy, path), { recursive: true })
  writeFileSync(join(copy, 'Cargo.toml'), workspace())
  if (!wanted.length) {
    const sound = simulate()
    if (sound.failed) throw new Error(`the core fails as it is: ${sound.line}`)
    console.log(`   as it is: ${sound.line}`)
  }
  for (const { name, breaks, file, from, to } of mutants) {
    if (wanted.length && !wanted.includes(name)) continue
    const path = join(copy, 'crates/core/src', file)
    const sources = readFileSync(path, 'utf8')
    writeFileSync(path, sources.replace(patternOf(from), () => to))
    const { failed, line } = simulate()
    writeFileSync(path, sources)
    if (!failed) alive++
    console.log(`   ${failed ? 'killed' : 'ALIVE '} ${name}: ${line}`)
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
if (alive) throw new Error(`${alive} mutants survive the simulation`)
