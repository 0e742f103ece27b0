// A reader's folder: the named blocks of a page as files, packages to be found, and its commands to be run.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readPage } from './page.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** The built programs: `$PROGRAMS`, or where cargo puts them. */
const PROGRAMS = process.env.PROGRAMS ?? `${process.env.CARGO_TARGET_DIR ?? `${root}/target`}/debug`

/**
 * Makes the folder; it goes with the test file. It is inside the repository, where the package is found by its own name and the
 * others in node_modules. `change(code, name)` may alter what is written, for addresses.
 */
export function project(path, change = code => code) {
  const page = readPage(path)
  mkdirSync(`${root}/test-results`, { recursive: true })
  const folder = mkdtempSync(`${root}/test-results/docs-`)
  const children = new Set()
  after(async () => {
    for (const child of children) {
      process.kill(-child.pid, 'SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  })
  const blocks = new Map(page.blocks.filter(({ title }) => title).map(({ title, code }) => [title, change(code, title)]))
  for (const [name, code] of blocks) if (/\.\w+$/.test(name)) writeFileSync(`${folder}/${name}`, code)
  return {
    folder,
    root,
    blocks,
    /** A module of the page's. */
    load: name => import(`${folder}/${name}`),
    /** Puts a package there that the real one's place is taken by. */
    standIn(name, code) {
      const [first, second] = name.split('/')
      const path = second ? `./${second}` : '.'
      mkdirSync(`${folder}/node_modules/${first}`, { recursive: true })
      writeFileSync(`${folder}/node_modules/${first}/package.json`, JSON.stringify({ name: first, type: 'module', exports: { [path]: './index.js' } }))
      writeFileSync(`${folder}/node_modules/${first}/index.js`, code)
    },
    /** Copies what is published of the package, and whole packages of node_modules, for pages that load files. */
    install(...names) {
      const { files } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
      mkdirSync(`${folder}/node_modules/remote-refresh`, { recursive: true })
      for (const place of new Set(files.map(file => file.split('/')[0]))) {
        cpSync(`${root}/${place}`, `${folder}/node_modules/remote-refresh/${place}`, { recursive: true })
      }
      cpSync(`${root}/package.json`, `${folder}/node_modules/remote-refresh/package.json`)
      for (const name of names) cpSync(`${root}/node_modules/${name}`, `${folder}/node_modules/${name}`, { recursive: true })
    },
    /** Runs a block of commands; gives what it has said so far, and a promise of its end. */
    run(title, env = {}) {
      const child = spawn('bash', ['-euo', 'pipefail', '-c', blocks.get(title)], {
        cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env, PATH: `${PROGRAMS}:${process.env.PATH}` },
      })
      children.add(child)
      const running = {
        said: '',
        ended: once(child, 'close').then(([status]) => {
          children.delete(child)
          return status
        }),
        /** Ends it as Ctrl-C does, unless it has ended. */
        async stop() {
          if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGINT')
          await running.ended
        },
      }
      for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => { running.said += chunk })
      return running
    },
  }
}

/** A port that nobody listens on now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** Waits until `condition` gives something truthy, and gives that. */
export async function until(condition, what = String(condition)) {
  for (let tries = 0; tries < 3000; tries++) {
    const result = await condition()
    if (result) return result
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error(`waited in vain for ${typeof what === 'function' ? what() : what}`)
}
