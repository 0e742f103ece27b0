// `npm run dev`: which change asks for which step, and what counts as a change.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { differences, look, stepsFor, watch } from '../../scripts/dev-watch.mjs'
import { until } from './support/world.mjs'

async function folder(t) {
  const root = await mkdtemp(join(tmpdir(), 'dev-watch-'))
  t.after(() => rm(root, { recursive: true }))
  await mkdir(join(root, 'js/tree'), { recursive: true })
  await writeFile(join(root, 'js/a.js'), 'a')
  await writeFile(join(root, 'js/tree/b.js'), 'b')
  return { root, watched: ['js', 'missing'] }
}

test('a change asks for the steps that it concerns, and for none that another includes', () => {
  assert.deepEqual(stepsFor(['js/tree/walk.js']), ['page'])
  assert.deepEqual(stepsFor(['www/app.css']), ['page'])
  assert.deepEqual(stepsFor(['src/browser/page.rs']), ['wasm'])
  assert.deepEqual(stepsFor(['crates/core/src/app.rs']), ['wasm', 'server'])
  assert.deepEqual(stepsFor(['crates/demo/src/seed.json']), ['server'])
  assert.deepEqual(stepsFor(['js/tree/walk.js', 'src/lib.rs', 'crates/server/src/lib.rs']), ['wasm', 'server'])
  assert.deepEqual(stepsFor(['Cargo.lock']), ['wasm', 'server'])
})

test('tests and texts ask for nothing', () => {
  assert.deepEqual(stepsFor(['crates/core/tests/app_pending.rs', 'crates/server/README.md', 'scripts/test']), [])
})

test('files that are new, other or gone are differences', async t => {
  const { root, watched } = await folder(t)
  const before = await look(root, watched)
  assert.deepEqual([...before.keys()].sort(), ['js/a.js', 'js/tree/b.js'])
  await writeFile(join(root, 'js/tree/c.js'), 'c')
  await utimes(join(root, 'js/a.js'), 1, 1)
  await rm(join(root, 'js/tree/b.js'))
  assert.deepEqual(differences(before, await look(root, watched)), ['js/a.js', 'js/tree/b.js', 'js/tree/c.js'])
})

test("an editor's scratch files are none", async t => {
  const { root, watched } = await folder(t)
  const before = await look(root, watched)
  for (const name of ['.a.js.swp', 'a.js~', '4913', '#a.js#']) await writeFile(join(root, 'js', name), '')
  assert.deepEqual(differences(before, await look(root, watched)), [])
})

test('a file that is replaced by another of its name is told once, with what else changed then', async t => {
  const { root, watched } = await folder(t)
  const told = []
  const watching = watch(root, files => told.push(...files), { every: 5, watched })
  t.after(() => watching.end())
  await watching.started
  await writeFile(join(root, 'js/.new'), 'longer')
  await rename(join(root, 'js/.new'), join(root, 'js/a.js'))
  await writeFile(join(root, 'js/d.js'), 'd')
  await until(() => told.length >= 2)
  assert.deepEqual(told.sort(), ['js/a.js', 'js/d.js'])
})
