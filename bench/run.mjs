// Runs a benchmark: node bench/run.mjs NAME [--quick] [--only TEXT]
//
// Each is a folder with an index.mjs, whose default export gets { quick, only } and writes its results into bench/results.
// With --quick it takes seconds instead of minutes and shows that everything runs; with --only, it takes just the rows whose
// names have this text. Either way it writes nothing.

import { readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'

const here = new URL('.', import.meta.url)
const names = readdirSync(here, { withFileTypes: true })
  .filter(entry => entry.isDirectory() && readdirSync(new URL(`${entry.name}/`, here)).includes('index.mjs'))
  .map(entry => entry.name)

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' } }, allowPositionals: true })
const unknown = positionals.filter(name => !names.includes(name))
if (!positionals.length || unknown.length) {
  console.error(`usage: node bench/run.mjs NAME [--quick] [--only TEXT]; there are: ${names.join(', ')}`)
  process.exit(2)
}
for (const name of positionals) {
  const { default: bench } = await import(`./${name}/index.mjs`)
  await bench(values)
}
