// Runs a benchmark: node bench/run.mjs NAME [--quick]
//
// Each is a folder with an index.mjs, whose default export gets { quick } and writes its results into bench/results.
// With --quick it takes seconds instead of minutes, shows that everything runs, and writes nothing.

import { readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'

const here = new URL('.', import.meta.url)
const names = readdirSync(here, { withFileTypes: true })
  .filter(entry => entry.isDirectory() && readdirSync(new URL(`${entry.name}/`, here)).includes('index.mjs'))
  .map(entry => entry.name)

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean', default: false } }, allowPositionals: true })
const unknown = positionals.filter(name => !names.includes(name))
if (!positionals.length || unknown.length) {
  console.error(`usage: node bench/run.mjs NAME [--quick]; there are: ${names.join(', ')}`)
  process.exit(2)
}
for (const name of positionals) {
  const { default: bench } = await import(`./${name}/index.mjs`)
  await bench(values)
}
