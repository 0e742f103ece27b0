// Makes what wasm-bindgen wrote, a module and its glue code, smaller in place:
//
//   node scripts/glue.mjs module.wasm glue.js
//
// - What the glue code's classes and imports call is ours (src/glue.js). A class is freed when its object is collected, so it needs no
//   `free` and no `Symbol.dispose`.
// - The module loses what the glue code doesn't call.
// - What they call of each other gets short names. wasm-bindgen's carry hashes, which no compressor shortens, and stand in both files.
//
// Under brotli all this is 4 KB.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [modulePath, gluePath] = process.argv.slice(2)
let glue = readFileSync(gluePath, 'utf8')

/** The glue code isn't what this script knows. */
function changed(what) {
  throw new Error(`the glue code ${what}: has wasm-bindgen changed what it writes? See scripts/glue.mjs`)
}

/** Puts `to` where the pattern finds something, which must be the case. */
function replace(pattern, to, what) {
  const before = glue
  glue = glue.replace(pattern, to)
  if (glue === before) changed(`has no ${what}`)
}

// Our own helpers
// ---------------

const at = glue.search(/^const \w+Finalization = /m)
if (at < 0) changed('has no registry')
const theirs = glue.slice(at)
glue = glue.slice(0, at)
replace(/^if \(Symbol\.dispose\).*\n/gm, '', 'Symbol.dispose')
replace(/^ +__destroy_into_raw\(\) {\n[^]*?^ {4}}\n +free\(\) {\n[^]*?^ {4}}\n/gm, '', '`free`')
replace(/(Finalization\.register\(\w+, [\w.]+), \w+\)/g, '$1)', 'register')
replace(/(pass\w+ToWasm0\(\w+), wasm\.__wbindgen_malloc(?:, wasm\.__wbindgen_realloc)?\)/g, '$1)', 'allocator')
const ours = readFileSync('src/glue.js', 'utf8')
const declared = text => [...text.matchAll(/^(?:function|let|const) (\w+)/gm)].map(([, name]) => name)
for (const name of declared(theirs)) {
  const isOurs = /Finalization$/.test(name) || declared(ours).includes(name)
  if (!isOurs && new RegExp(`\\b${name}\\b`).test(glue)) changed(`calls ${name}, which src/glue.js lacks`)
}
const registries = theirs.matchAll(/^const (\w+) = [^]*?new FinalizationRegistry\(ptr => (wasm\.\w+)\(ptr, 1\)\);/gm)
for (const [, name, free] of registries) glue += `const ${name} = new FinalizationRegistry(pointer => ${free}(pointer, 1));\n`
glue += ours

// What is left of the module
// --------------------------

const used = new Set([...glue.matchAll(/\bwasm\.(\w+)/g)].map(([, name]) => name))
const exported = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(modulePath))).map(({ name }) => name)
for (const name of used) if (!exported.includes(name)) changed(`calls ${name}, which the module lacks`)
const scratch = mkdtempSync(join(tmpdir(), 'glue-'))
const [graph, names] = ['graph.json', 'names.json'].map(name => join(scratch, name))
const nodes = exported.map(name => ({ name, export: name, ...(used.has(name) && { root: true }) }))
writeFileSync(graph, JSON.stringify(nodes))
execFileSync('wasm-metadce', [modulePath, '--graph-file', graph, '-o', modulePath], { stdio: ['ignore', 'ignore', 'inherit'] })

// Short names
// -----------

const output = execFileSync('wasm-opt', ['--minify-imports-and-exports-and-modules', modulePath, '-o', modulePath], { encoding: 'utf8' })
rmSync(scratch, { recursive: true })
// It runs the pass twice, and says so twice; the second time there is nothing left to shorten.
const [{ imports, exports }, ...again] = output.split(/^}$/m).filter(text => text.trim()).map(text => JSON.parse(`${text}}`))
if (again.some(({ exports }) => exports.some(([from, to]) => from !== to))) {
  throw new Error('wasm-opt has renamed what it had renamed: teach scripts/glue.mjs')
}
for (const [module, long, short] of imports) {
  const own = glue.match(new RegExp(`^ +"${module}": (import\\d+),\n`, 'm'))
  // wasm-opt puts all into one module. What needs no translation is imported from its own.
  if (own[1] === 'import0') replace(new RegExp(`^(\\s+)${long}: `, 'm'), `$1${short}: `, `import ${long}`)
  else replace(/const import0 = {\n/, `$&        ${short}: ${own[1]}.${long},\n`, 'imports')
}
replace(/return {\n[^]*?: import0,\n[^]*?};/, 'return { a: import0 };', 'list of imports')
for (const [long, short] of exports) replace(new RegExp(`\\bwasm\\.${long}\\b`, 'g'), `wasm.${short.replaceAll('$', '$$$$')}`, `export ${long}`)
const missed = glue.match(/\bwasm\.(?:__)?[a-z]+_\w+|__wbg_\w+_[0-9a-f]{16}/)
if (missed) throw new Error(`${missed[0]} has kept its long name: teach scripts/glue.mjs`)

writeFileSync(gluePath, glue)
