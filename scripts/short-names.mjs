// Gives the glue code the short names that wasm-opt has given to the module's imports and exports:
//
//   node scripts/short-names.mjs names.json glue.js
//
// wasm-bindgen's names carry hashes, which no compressor shortens, and stand in both files: 2 KB under brotli.
import { readFileSync, writeFileSync } from 'node:fs'

const [namesPath, gluePath] = process.argv.slice(2)
// It runs the pass twice, and says so twice; the second time there is nothing left to shorten.
const objects = readFileSync(namesPath, 'utf8').split(/^}$/m).filter(text => text.trim())
const [{ imports, exports }, ...again] = objects.map(text => JSON.parse(`${text}}`))
if (again.some(({ exports }) => exports.some(([from, to]) => from !== to))) throw new Error('wasm-opt has renamed what it had renamed: teach scripts/short-names.mjs')
let glue = readFileSync(gluePath, 'utf8')

/** Puts `to` where the pattern finds something, which must be the case. */
function replace(pattern, to, what) {
  const before = glue
  glue = glue.replace(pattern, to)
  if (glue === before) throw new Error(`the glue code has no ${what}: has wasm-bindgen changed what it writes? See scripts/short-names.mjs`)
}

const [module] = imports[0]
if (imports.some(([other]) => other !== module)) throw new Error('the module imports from several modules: teach scripts/short-names.mjs')
replace(`"${module}": import0`, 'a: import0', `imports from ${module}`)
for (const [, long, short] of imports) replace(new RegExp(`^(\\s+)${long}: `, 'm'), `$1${short}: `, `import ${long}`)
for (const [long, short] of exports) {
  // Some are called by the module itself or by nobody; what the glue doesn't use, it doesn't name.
  glue = glue.replace(new RegExp(`\\bwasm\\.${long}\\b`, 'g'), `wasm.${short}`)
}
const missed = glue.match(/\bwasm\.(?:__)?[a-z]+_\w+|__wbg_\w+_[0-9a-f]{16}/)
if (missed) throw new Error(`${missed[0]} has kept its long name: teach scripts/short-names.mjs`)
writeFileSync(gluePath, glue)
