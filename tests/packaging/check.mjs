// The package as npm would publish it: packed, its list of files compared, installed into a throw-away project without a
// network, and used from there by every way in: Node, bundlers, module loaders, type checkers, a browser.
// Usage: check.mjs SCRATCH-FOLDER; in the environment CHROME, the browser's path.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import { blocks } from './blocks.mjs'
import { checkInBrowser } from './browser.mjs'
import { FILES } from './files.mjs'
import { repository, run, step } from './run.mjs'
import { checkTypes } from './types.mjs'

const scratch = resolve(process.argv[2])
const project = join(scratch, 'project')

/** Packs the package and installs it into the project; gives the tarball's path. */
function install() {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch], repository))
  const files = packed.files.map(file => file.path).sort()
  assert.deepEqual(files, FILES, 'the list of published files has changed: see tests/packaging/files.mjs')
  console.log(`   packed: ${files.length} files, ${packed.size.toLocaleString('en')} bytes (${packed.unpackedSize.toLocaleString('en')} unpacked)`)

  const tarball = join(scratch, packed.filename)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true }))
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', tarball], project)
  const installed = readdirSync(join(project, 'node_modules')).filter(name => !name.startsWith('.'))
  assert.deepEqual(installed, ['remote-refresh'], 'it brings nothing along')
  cpSync(new URL('./projects', import.meta.url), project, { recursive: true })
  // What the projects use besides is the repository's: the same versions for everybody, and nothing to download.
  for (const name of ['@playwright/test', 'backbone', 'jsdom', 'requirejs', 'underscore', 'vitest']) {
    mkdirSync(dirname(join(project, 'node_modules', name)), { recursive: true })
    symlinkSync(join(repository, 'node_modules', name), join(project, 'node_modules', name))
  }
  symlinkSync(join(project, 'node_modules'), join(project, 'testing/node_modules'))
  // The app and the tests in docs/testing.md are files of a project like any other.
  for (const [name, code] of blocks('docs/testing.md')) writeFileSync(join(project, 'testing', name), code)
  return tarball
}

function checkInNode() {
  for (const file of readdirSync(join(project, 'node'))) {
    run(process.execPath, [file], join(project, 'node'))
    console.log(`   ran ${file} in Node`)
  }
  step('Vitest and jsdom: the tests of docs/testing.md', () => {
    run(process.execPath, [join(repository, 'node_modules/vitest/vitest.mjs'), 'run'], join(project, 'testing'))
  })
}

/** Each source map belongs to a file, and names sources that are inside it: no path of the machine that built it. */
function checkSourceMaps() {
  const dist = join(project, 'node_modules/remote-refresh/dist')
  for (const file of readdirSync(dist).filter(file => /\.c?js$/.test(file))) {
    assert.match(readFileSync(join(dist, file), 'utf8'), new RegExp(`//# sourceMappingURL=${file}\\.map\\s*$`), file)
    const map = JSON.parse(readFileSync(join(dist, `${file}.map`), 'utf8'))
    assert.equal(map.sources.length, map.sourcesContent.length, file)
    assert.deepEqual(map.sources.filter(source => !/^(\.\.\/js|wasm)\//.test(source)), [], file)
  }
}

const tarball = step('pack and install', install)
checkSourceMaps()
checkInNode()
await Promise.all([step('types', () => checkTypes(project, tarball)), checkInBrowser(project)])
