// Builds the projects that have a bundler, each as its users do. Gives the folder that is to be served, below the project's.
import nodeResolve from '@rollup/plugin-node-resolve'
import { build as esbuild } from 'esbuild'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { rollup } from 'rollup'
import { build as vite } from 'vite'
import webpack from 'webpack'

/** What esbuild and Rollup leave as it is: `new URL('./remote_refresh_bg.wasm', import.meta.url)`. So the file goes beside the bundle. */
function copyWasm(folder) {
  copyFileSync(join(folder, '../node_modules/remote-refresh/dist/remote_refresh_bg.wasm'), join(folder, 'out/remote_refresh_bg.wasm'))
}

export const BUNDLERS = {
  async vite(folder) {
    await vite({ root: folder, base: './', logLevel: 'warn', configFile: false, build: { outDir: 'out' } })
    return 'vite/out'
  },
  async webpack(folder) {
    const stats = await promisify(webpack)({
      context: folder, mode: 'production', entry: './main.js', output: { path: join(folder, 'out'), filename: 'main.js' },
    })
    // A bundle with a copy of the wasm as text is larger than what webpack likes to see; nothing else may be said.
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true })
    const complaints = [...errors, ...warnings].filter(({ message }) => !/size limit|lazy load/.test(message))
    if (complaints.length) throw new Error(complaints.map(({ message }) => message).join('\n'))
    return 'webpack'
  },
  async rollup(folder) {
    const bundle = await rollup({
      input: join(folder, 'main.js'),
      plugins: [nodeResolve()],
      onLog(level, log) { if (level === 'warn') throw new Error(log.message) },
    })
    await bundle.write({ dir: join(folder, 'out') })
    copyWasm(folder)
    return 'rollup'
  },
  async esbuild(folder) {
    const { warnings } = await esbuild({
      absWorkingDir: folder, entryPoints: ['main.js'], bundle: true, format: 'esm', outdir: 'out', logLevel: 'error',
    })
    if (warnings.length) throw new Error(warnings.map(({ text }) => text).join('\n'))
    copyWasm(folder)
    return 'esbuild'
  },
}
