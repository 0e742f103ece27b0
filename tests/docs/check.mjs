// Checks README.md, ARCHITECTURE.md, CONTRIBUTING.md, docs/*.md and the server's page: every code block by what its language allows, every link, every command.
// Usage: check.mjs FOLDER-OF-THE-BUILT-PROGRAMS [PAGE…]
//
// A block that can't be checked says why, as `unchecked="why"` after its language; those are counted and listed.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkDrawings } from './drawings.mjs'
import { checkLinks } from './links.mjs'
import { operations } from './operations.mjs'
import { readPage } from './page.mjs'
import { Shell } from './shell.mjs'
import { checkTypes } from './types.mjs'

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** All pages, as paths from the repository. */
export const pages = () => ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'crates/server/README.md', ...readdirSync(`${root}/docs`).filter(name => name.endsWith('.md')).map(name => `docs/${name}`)]

/** Languages of which nothing here can tell right from wrong. */
const UNCHECKED = { text: 'not code' }

/** Checks pages as `parsePage` gives them. Gives `{ faults, counts, unchecked }`; a fault is `{ page, line, what }`. */
export function checkPages(parsed, { programs }) {
  const shell = new Shell({ root, programs })
  const faults = []
  const counts = {}
  const unchecked = []
  const typed = []
  const drawings = []
  const count = kind => { counts[kind] = (counts[kind] ?? 0) + 1 }
  for (const page of parsed) {
    const fault = (line, what) => faults.push({ page: page.path, line, what })
    for (const { line, what } of [...page.faults, ...checkLinks(page, root)]) fault(line, what)
    for (const { line, code } of page.spans) for (const what of shell.span(code)) fault(line, what)
    const titles = page.blocks.map(({ title }) => title).filter(Boolean)
    const last = {}
    for (const block of page.blocks) {
      const why = block.unchecked ?? UNCHECKED[block.language]
      if (block.unchecked === '') fault(block.line, 'unchecked needs a reason')
      if (why !== undefined) {
        count('unchecked')
        unchecked.push({ page: page.path, line: block.line, language: block.language, why })
        continue
      }
      count(block.language)
      switch (block.language) {
        case 'js':
        case 'ts': {
          if (block.continues && last[block.language]) {
            last[block.language].parts.push(block)
            break
          }
          if (block.continues) fault(block.line, 'continues what? No block of this language comes before')
          last[block.language] = { ...block, page: page.path, parts: [block] }
          typed.push(last[block.language])
          break
        }
        case 'html':
          typed.push(...scriptsOf(block).map(script => ({ ...script, page: page.path })))
          for (const what of sourcesOf(block)) fault(block.line, what)
          break
        case 'sh':
          for (const what of shell.block(block.code, titles)) fault(block.line, what)
          break
        case 'json':
          try {
            JSON.parse(block.code)
          } catch (error) {
            fault(block.line, `JSON: ${error.message}`)
          }
          break
        case 'http':
          for (const header of block.code.trim().split('\n')) if (!/^[A-Z][\w-]*: \S/.test(header)) fault(block.line, `no header: ${header}`)
          break
        case 'mermaid':
          drawings.push({ ...block, page: page.path })
          break
        case 'nginx':
        case 'systemd':
        case 'dockerfile': {
          const { faults: found, missing } = operations[block.language](block.code, { shell, root, programs })
          for (const what of found) fault(block.line, what)
          if (missing) unchecked.push({ page: page.path, line: block.line, language: block.language, why: `not checked here: no ${missing}` })
          break
        }
        case 'rust':
          if (!isDoctest(page.path)) fault(block.line, `crates/server/src/lib.rs takes no doc tests from ${page.path}`)
          break
        default:
          fault(block.line, `${block.language ? `nothing checks ${block.language}` : 'a block without a language'}: say unchecked="why", or teach tests/docs/check.mjs`)
      }
    }
  }
  faults.push(...checkTypes(typed, root), ...checkDrawings(drawings))
  return { faults, counts, unchecked }
}

/** The scripts in a page, with the line of each. */
function scriptsOf({ code, line }) {
  return [...code.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)]
    .filter(([, attributes, script]) => script.trim() && !/\bsrc=/.test(attributes))
    .map(({ index, 1: attributes, 2: script }) => {
      const start = index + '<script>'.length + attributes.length
      const at = line + code.slice(0, start).split('\n').length - 1
      return { language: 'js', line: at, parts: [{ line: at, code: script }] }
    })
}

/** What a page loads of the package is a file that is built. */
function sourcesOf({ code }) {
  return [...code.matchAll(/\b(?:src|href)="[^"]*node_modules\/remote-refresh\/([^"]+)"/g)]
    .filter(([, file]) => !existsSync(`${root}/${file}`))
    .map(([, file]) => `the package has no ${file}`)
}

/** Rust is compiled, by rustdoc, as part of the server's documentation. */
const isDoctest = path => readFileSync(`${root}/crates/server/src/lib.rs`, 'utf8').includes(`include_str!("../../../${path}")`)

/** Pages that the index leaves out. */
function unlisted() {
  const { links } = readPage('docs/README.md')
  return pages().filter(path => path.startsWith('docs/') && path !== 'docs/README.md' && !links.some(({ target }) => target === basename(path)))
    .map(path => ({ page: 'docs/README.md', line: 1, what: `it does not name ${path}` }))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [programs, ...asked] = process.argv.slice(2)
  const { faults, counts, unchecked } = checkPages((asked.length ? asked : pages()).map(readPage), { programs })
  if (!asked.length) faults.push(...unlisted())
  for (const { page, line, what } of faults) console.error(`${page}:${line}: ${what}`)
  console.log(`   code blocks: ${Object.entries(counts).map(([kind, number]) => `${number} ${kind}`).join(', ')}`)
  for (const { page, line, language, why } of unchecked) console.log(`   unchecked: ${page}:${line}: ${language}: ${why}`)
  const { status } = spawnSync(process.execPath, ['scripts/docs.mjs', '--check'], { cwd: root, stdio: 'inherit' })
  if (faults.length || status !== 0) process.exitCode = 1
}
