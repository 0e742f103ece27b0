// Runs benchmarks: see `usage`.
//
// Each is a folder with an index.mjs, whose first line says what it measures, and whose default export gets { quick, only }
// and writes its results into bench/results.

import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { writePage } from './lib/html.mjs'

const here = new URL('.', import.meta.url)
const names = readdirSync(here, { withFileTypes: true })
  .filter(entry => entry.isDirectory() && readdirSync(new URL(`${entry.name}/`, here)).includes('index.mjs'))
  .map(entry => entry.name)

/** What a benchmark measures, in its own words. */
const about = name => readFileSync(new URL(`${name}/index.mjs`, here), 'utf8').split('\n', 1)[0].replace(/^\/\/ /, '')

const usage = `npm run bench [-- NAME… [--quick] [--only TEXT]]

${names.map(name => `  ${name.padEnd(12)}${about(name)}`).join('\n')}

  --quick     seconds instead of minutes, to see that everything runs; writes nothing
  --only TEXT just the rows whose names have this text in them; writes nothing
  --help      print this

Without a name, all of them: that takes half an hour. A whole run writes bench/results/NAME.md, .json and .svg, and puts all results
together in bench/results/index.html. The benchmarks need what is built: npm run build.
`

/** Ends with status 2, which is for wrong arguments. */
function refuse(message) {
  process.stderr.write(`error: ${message}\n\n${usage}`)
  process.exit(2)
}

function readArguments() {
  const options = { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' }, help: { type: 'boolean', short: 'h' } }
  try {
    return parseArgs({ options, allowPositionals: true })
  } catch (error) {
    return refuse(error.message)
  }
}

const { values: { help, ...values }, positionals } = readArguments()
if (help) {
  process.stdout.write(usage)
  process.exit()
}
const unknown = positionals.filter(name => !names.includes(name))
if (unknown.length) refuse(`there is no benchmark ${unknown.join(', ')}`)
for (const name of positionals.length ? positionals : names) {
  console.log(`── ${name}`)
  const { default: bench } = await import(`./${name}/index.mjs`)
  await bench(values)
}
if (!values.quick && !values.only) {
  console.log(writePage())
  // The docs quote results.
  execFileSync('node', ['scripts/docs.mjs'], { cwd: new URL('../', import.meta.url), stdio: 'inherit' })
}
