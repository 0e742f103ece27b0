// Writes the parts of the docs that follow from something else: docs/api.md from the type declarations, and tables of measurements
// from bench/results. With --check it writes nothing, and fails if what is there is not what it would write.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { apiPage } from './docs-api.mjs'
import { withNumbers } from './docs-numbers.mjs'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))

const api = apiPage()
const written = { 'docs/api.md': api.text }
for (const page of ['docs/comparison.md', 'docs/scaling.md']) written[page] = withNumbers(readFileSync(page, 'utf8'))

const check = process.argv.includes('--check')
for (const [page, text] of Object.entries(written)) {
  let before
  try {
    before = readFileSync(page, 'utf8')
  } catch {
    before = undefined
  }
  if (text === before) continue
  if (check) fail(`${page} is not what it is made from says now`, 'node scripts/docs.mjs')
  else writeFileSync(page, text)
}
if (api.undocumented.length) fail(`no comment in js/*.d.ts says what these are: ${api.undocumented.join(', ')}`, 'docs/api.md is made of those comments')

function fail(what, next) {
  console.error(`error: ${what}\n  → ${next}`)
  process.exitCode = 1
}
