// Bundles what a page downloads, as an app's own build would: everything it imports, minified, for the browsers of today.

import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * @param {string | URL} entry a file, or the text of a module
 * @param {string} [banner] what stands before everything else
 * @returns {Promise<Map<string, Buffer>>} file name → contents; `page.js` is the first to be loaded
 */
export async function bundle(entry, banner) {
  const { outputFiles } = await build({
    ...(entry instanceof URL ? { entryPoints: { page: fileURLToPath(entry) } } : { stdin: { contents: entry, resolveDir: root, sourcefile: 'page.js' } }),
    entryNames: 'page',
    outdir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    // A library's own checks for developers are not what a visitor downloads.
    define: { 'process.env.NODE_ENV': '"production"' },
    banner: { js: banner ?? '' },
    legalComments: 'none',
    write: false,
    logLevel: 'error',
  })
  return new Map(outputFiles.map(({ path, contents }) => [path.slice(root.length), Buffer.from(contents)]))
}
