// Prints what each entry point costs: as it is, minified, and minified under gzip -9 and brotli 11, in bytes.
// async.js and the .wasm file go together.
//
// With --check it fails if an entry point has outgrown its limit.
import { transform } from 'esbuild'
import { readFile, readdir } from 'node:fs/promises'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

/**
 * What an entry point may be, all its files together: bytes under brotli. A little above what it is now, so that growth is a
 * decision. The goals are 24,576 for the default entry and 20,480 for ./async.
 */
const LIMITS = [
  { entry: '.', files: ['index.js'], limit: 43_300 },
  { entry: './async', files: ['async.js', 'remote_refresh_bg.wasm'], limit: 46_600 },
  { entry: './server', files: ['server.js'], limit: 3_750 },
  { entry: './inspector', files: ['inspector.js'], limit: 15_360 },
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

/** Numbers right, names left, thousands apart. */
function line(cells, widths) {
  const text = cells.map(cell => (typeof cell === 'number' ? cell.toLocaleString('en') : cell))
  return text.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ')
}

const files = (await readdir('dist')).filter(file => /\.(c?js|wasm)$/.test(file)).sort()
const rows = [['bytes', 'raw', 'minified', 'gzip', 'brotli'], ...(await Promise.all(files.map(measure)))]
for (const row of rows) console.log('   ' + line(row, [24, 9, 9, 9, 9]))

if (process.argv.includes('--check')) {
  const brotli = Object.fromEntries(rows.map(row => [row[0], row.at(-1)]))
  for (const { entry, files, limit } of LIMITS) {
    const size = files.reduce((sum, file) => sum + brotli[file], 0)
    if (size <= limit) continue
    console.error(`error: ${entry} is ${size} bytes under brotli, more than its limit of ${limit}`)
    console.error('  → twiggy says what is in the wasm; if the growth is worth it, raise the limit in scripts/size.mjs')
    process.exitCode = 1
  }
}
