// One process of the measurement in Node: options as JSON from the standard input, results as JSON to the standard output.

import { readFileSync } from 'node:fs'

const options = JSON.parse(readFileSync(0, 'utf8'))
const { default: run } = await import(options.memory ? './memory.mjs' : './page.mjs')
process.stdout.write(JSON.stringify(await run(options)))
