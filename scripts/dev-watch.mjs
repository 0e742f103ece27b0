// What scripts/dev.mjs watches, and what is to be built when which file changes.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Which files concern which step, in the order in which the steps are taken. A step that includes another takes its place:
 * scripts/build bundles too.
 */
export const STEPS = [
  { name: 'wasm', includes: 'page', of: /^(src\/|crates\/core\/(src\/|Cargo)|Cargo\.(toml|lock)$|scripts\/build$)/ },
  { name: 'page', of: /^(js\/|www\/|package\.json$|scripts\/bundle\.mjs$)/ },
  { name: 'server', of: /^(crates\/(core|server|demo)\/(src\/|Cargo)|Cargo\.(toml|lock)$)/ },
]

/** Where the files of the steps are. */
const WATCHED = ['src', 'js', 'www', 'crates/core', 'crates/server', 'crates/demo', 'scripts', 'package.json', 'Cargo.toml', 'Cargo.lock']

/** What editors leave beside the file that is edited: .name.swp, name~, 4913, #name#. */
const SCRATCH = /(^|\/)(\.[^/]*|[^/]*~|4913|#[^/]*#)$/

/** The names of the steps that changes of these files ask for. */
export function stepsFor(files) {
  const due = STEPS.filter(({ of }) => files.some(file => of.test(file)))
  return due.filter(({ name }) => !due.some(({ includes }) => includes === name)).map(({ name }) => name)
}

/**
 * Every watched file below `root`, by its path with slashes: its time and size. By looking, not by the system's events: those
 * differ from system to system and get lost in containers and network folders, and to look at 300 files takes milliseconds.
 */
export async function look(root, watched = WATCHED) {
  const found = new Map()
  async function visit(path) {
    let about
    try {
      about = await stat(join(root, path))
    } catch (error) {
      if (error.code === 'ENOENT') return // gone since the folder was listed, which is a change like any other
      throw error
    }
    if (!about.isDirectory()) return found.set(path, `${about.mtimeMs} ${about.size}`)
    const names = await readdir(join(root, path))
    await Promise.all(names.map(name => `${path}/${name}`).filter(name => !SCRATCH.test(name)).map(visit))
  }
  await Promise.all(watched.map(visit))
  return found
}

/** The files that are new, other or gone between two looks, sorted. */
export function differences(before, after) {
  const all = new Set([...before.keys(), ...after.keys()])
  return [...all].filter(file => before.get(file) !== after.get(file)).sort()
}

/**
 * Calls `changed(files)` when files have changed and then, for one look, not: an editor or a checkout writes several.
 * Returns what ends it.
 */
export function watch(root, changed, { every = 250, watched } = {}) {
  let timer, known, pending = new Set(), ended = false
  async function again() {
    const now = await look(root, watched)
    const files = known ? differences(known, now) : []
    known = now
    for (const file of files) pending.add(file)
    if (!files.length && pending.size) {
      const all = [...pending].sort()
      pending = new Set()
      changed(all)
    }
    if (!ended) timer = setTimeout(again, every)
  }
  const first = again()
  return { started: first, end() { ended = true; clearTimeout(timer) } }
}
