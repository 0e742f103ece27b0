// The rules of the feed server against targaryen's: the same verdict on thousands of random cases.
//
//   node tests/rules/differential.mjs SERVER_BINARY [CASES] [SEED]
//
// targaryen is an independent reading of the same language, checked against the live service by its authors. Where it is
// known to be wrong (see README.md beside this) it is corrected here, so that a difference is always news.

import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { generator } from './cases.mjs'

const require = createRequire(import.meta.url)
const targaryen = require('targaryen/lib/database')
const methods = require('targaryen/lib/parser/string-methods')

// It looks at the first place only ('aa' would not end with 'a'), and takes "not found" for a place.
methods.endsWith = (text, end) => {
  if (typeof end !== 'string') throw new Error('not a text')
  return text.endsWith(end)
}

const [binary, count = '3000', seed = String(Date.now() % 1000000)] = process.argv.slice(2)
if (!binary) {
  console.error('usage: differential.mjs SERVER_BINARY [CASES] [SEED]')
  process.exit(2)
}

const theirs = ({ rules, data, auth, now, read, write, update, value }) => {
  let database
  try {
    database = targaryen.create(rules, data, now).with({ auth: auth ?? undefined, now })
  } catch {
    return 'refused'
  }
  if (read !== undefined) return String(database.read(read, now).allowed)
  if (write !== undefined) return String(database.write(write, value, undefined, now).allowed)
  return String(database.update(update, value, now).allowed)
}

// Deleting below a leaf does nothing; targaryen deletes the leaf. Such cases are left out.
const isNothing = value => value === null || (typeof value === 'object' && Object.values(value).every(isNothing))
const isBelowLeaf = (data, path) => {
  for (const key of path.split('/').filter(Boolean)) {
    if (data === null || typeof data !== 'object' || '.value' in data) return data !== undefined && data !== null
    data = data[key]
  }
  return false
}
const deletesBelowLeaf = ({ data, write, update, value }) => {
  if (write !== undefined) return isNothing(value) && isBelowLeaf(data, write)
  return update !== undefined && Object.entries(value).some(([key, one]) => isNothing(one) && isBelowLeaf(data, `${update}/${key}`))
}

const next = generator(Number(seed))
const cases = []
while (cases.length < Number(count)) {
  const one = next()
  if (!deletesBelowLeaf(one)) cases.push(one)
}
const run = spawnSync(binary, ['rules', '--cases'], {
  input: cases.map(one => JSON.stringify(one)).join('\n') + '\n',
  encoding: 'utf8',
  maxBuffer: 1 << 28
})
if (run.status !== 0) {
  console.error(`the server's rules command failed: ${run.error ?? run.stderr}`)
  process.exit(1)
}
const ours = run.stdout.trimEnd().split('\n').map(line => (line.startsWith('error rules_bad') ? 'refused' : line))

const tally = {}
let differences = 0
cases.forEach((one, i) => {
  const expected = theirs(one)
  tally[expected] = (tally[expected] ?? 0) + 1
  if (ours[i] !== expected) {
    differences++
    if (differences <= 5) console.error(`\ncase ${i}: ours ${ours[i]}, targaryen ${expected}\n${JSON.stringify(one)}`)
  }
})
console.log(`rules: ${cases.length} cases, seed ${seed}: ${JSON.stringify(tally)}, ${differences} differences`)
// A run that only ever saw one verdict would show nothing.
const varied = ['true', 'false', 'refused'].every(verdict => (tally[verdict] ?? 0) >= cases.length / 50)
if (!varied) console.error('too few cases of some verdict')
process.exit(differences === 0 && varied ? 0 : 1)
