// Prints what each entry point costs: as it is, minified, and minified under gzip -9 and brotli 11, in bytes.
// A bundle that embeds the wasm carries it as base64; async.js and the .wasm file go together.
import { transform } from 'esbuild'
import { readFile, readdir } from 'node:fs/promises'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

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
