// The package as npm would publish it: packed, its list of files compared, installed into a throw-away project without a
// network, and used from there by every way in. Usage: check.mjs SCRATCH-FOLDER
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** All that is published, and nothing else. A file more or less is a decision: change it here. */
const FILES = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'dist/async.js',
  'dist/async.js.map',
  'dist/events.d.cts',
  'dist/index.cjs',
  'dist/index.cjs.map',
  'dist/index.d.cts',
  'dist/index.js',
  'dist/index.js.map',
  'dist/remote_refresh_bg.wasm',
  'dist/server.cjs',
  'dist/server.cjs.map',
  'dist/server.d.cts',
  'dist/server.js',
  'dist/server.js.map',
  'js/async.d.ts',
  'js/events.d.ts',
  'js/index.d.ts',
  'js/server.d.ts',
  'package.json',
]

const [scratch] = process.argv.slice(2)
const fixtures = 'tests/packaging/project'
const run = (command, args, cwd) => execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch]))
const files = packed.files.map(file => file.path).sort()
assert.deepEqual(files, FILES, 'the list of published files has changed: see FILES in tests/packaging/check.mjs')
console.log(`   packed: ${files.length} files, ${packed.size.toLocaleString('en')} bytes (${packed.unpackedSize.toLocaleString('en')} unpacked)`)

const project = join(scratch, 'project')
mkdirSync(project)
cpSync(fixtures, project, { recursive: true })
writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true }))
run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', join(scratch, packed.filename)], project)
assert.deepEqual(readdirSync(join(project, 'node_modules')).filter(name => !name.startsWith('.')), ['remote-refresh'], 'it brings nothing along')
console.log('   installed without a network')

for (const file of readdirSync(fixtures).filter(file => /\.[cm]js$/.test(file))) {
  run(process.execPath, [file], project)
  console.log(`   ran ${file}`)
}

// Type declarations, resolved the way TypeScript does for `import`, for `require`, and for bundlers.
const tsc = join(process.cwd(), 'node_modules/.bin/tsc')
const strict = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable', '--types', '']
run(tsc, [...strict, '--module', 'nodenext', 'types.mts', 'types.cts'], project)
run(tsc, [...strict, '--module', 'esnext', '--moduleResolution', 'bundler', 'types.mts'], project)
console.log('   compiled types.mts and types.cts')

// The async entry needs its wasm beside it, by an address that bundlers recognize.
const installed = join(project, 'node_modules/remote-refresh/dist')
assert.match(readFileSync(join(installed, 'async.js'), 'utf8'), /new URL\((["'])\.\/remote_refresh_bg\.wasm\1, import\.meta\.url\)/)
