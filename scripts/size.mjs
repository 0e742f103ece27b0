// Prints what each file in dist/ costs: as it is, minified, and minified under gzip -9 and brotli 11, in bytes. Below that it prints, for each
// entry point, the sum of its files under brotli, the bound on it, and how much room is left.
//
// With --check it fails if an entry point is over its bound.
import { transform } from 'esbuild'
import { readFile, readdir } from 'node:fs/promises'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

/**
 * What an entry point may be, all its files together: bytes under brotli 11. The figure itself is a report; a bound is there to notice a
 * large step; the goals are 80,000 for `.` and 78,000 for `./async`. It is at least 5 % above what was measured when it was set, since compilers write different bytes from the same source.
 */
const BOUNDS = [
  { entry: '.', files: ['index.js'], bound: 88_000 },
  { entry: './async', files: ['async.js', 'remote_refresh_bg.wasm'], bound: 84_000 },
  { entry: './server', files: ['server.js'], bound: 4_000 },
  { entry: './inspector', files: ['inspector.js'], bound: 15_500 },
]

/** One row: the file's name and its four sizes. */
async function measure(file) {
  const raw = await readFile(`dist/${file}`)
  const min = file.endsWith('.wasm') ? raw : Buffer.from((await transform(raw, { minify: true })).code)
  return [
    file,
    raw.length,
    min.length,
    gzipSync(min, { level: 9 }).length,
    brotliCompressSync(min, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: min.length } }).length,
  ]
}

/** Prints a table: numbers right, names left, thousands apart. */
function print(rows) {
  for (const row of rows) {
    const cells = row.map(cell => (typeof cell === 'number' ? cell.toLocaleString('en') : cell))
    console.log('   ' + cells.map((cell, i) => (i ? cell.padStart(9) : cell.padEnd(24))).join('  '))
  }
}

const files = (await readdir('dist')).filter(file => /\.(c?js|wasm)$/.test(file)).sort()
const rows = await Promise.all(files.map(measure))
print([['bytes', 'raw', 'minified', 'gzip', 'brotli'], ...rows])

const brotli = Object.fromEntries(rows.map(row => [row[0], row.at(-1)]))
const entries = BOUNDS.map(({ entry, files, bound }) => ({ entry, bound, size: files.reduce((sum, file) => sum + brotli[file], 0) }))
console.log()
print([['brotli', 'size', 'bound', 'room'], ...entries.map(({ entry, size, bound }) => [entry, size, bound, `${(100 * (bound / size - 1)).toFixed(1)} %`])])

if (process.argv.includes('--check')) {
  for (const { entry, size, bound } of entries) {
    if (size <= bound) continue
    console.error(`error: ${entry} is ${size} bytes under brotli, more than its bound of ${bound}`)
    console.error('  → twiggy says what is in the wasm; if the growth is worth it, raise the bound in scripts/size.mjs')
    process.exitCode = 1
  }
}
