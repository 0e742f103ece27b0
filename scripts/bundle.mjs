// Bundles js/ and www/ into dist/ with esbuild. scripts/build calls it once the wasm is in dist/wasm.
//
//   index.js, index.cjs   the package: the wasm is inside, and instantiated while the module loads
//   async.js              the same with the wasm in a file next to it, found by `new URL(…, import.meta.url)`
//   server.js, server.cjs the notifier for servers
//   providers.js, .cjs    feeds of other kinds than the Realtime Database's
//   firebase.js, .cjs     a Firebase SDK's reference as a feed
//   testing.js, .cjs      for apps' own tests
//   inspector.js, .cjs    a custom element that shows what an App does
//   *.min.js              the first and the last two of these as classic scripts: for a script tag, and for AMD loaders (RequireJS)
//   *.d.cts               the type declarations once more, for code that uses `require`
//   www/                  the demo page; it imports the package by its name, so it comes last
import { build as esbuild, transform } from 'esbuild'
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** What this run has made, as paths below dist/. */
const made = new Set()

/** Copies a file into dist/. */
async function copy(from, to) {
  await copyFile(from, `dist/${to}`)
  made.add(to)
}

/** esbuild's, and takes note of what it has made. */
async function build(options) {
  const { metafile } = await esbuild({ ...options, metafile: true }).catch(error => {
    if (!error.errors) throw error
    process.exit(1) // esbuild has said what is wrong with the sources; where it threw says nothing more
  })
  for (const file of Object.keys(metafile.outputs)) made.add(file.replace(/^dist\//, ''))
}

/** What all bundles share. Nothing is minified: the app that uses the package has a bundler and a debugger of its own. */
const common = { bundle: true, sourcemap: true, target: 'es2022', logLevel: 'warning' }

/** Embeds a .wasm file as a string with one character for each byte, for js/index.js, which makes bytes of it: base64 would hide repetition from compressors. */
const embedWasm = {
  name: 'embed-wasm',
  setup(build) {
    build.onLoad({ filter: /\.wasm$/ }, async ({ path }) => ({ contents: await readFile(path, 'latin1'), loader: 'text' }))
  },
}

/** Embeds a style sheet as a string, without its comments and white space: no bundler of the app's looks into a string. */
const embedStyle = {
  name: 'embed-style',
  setup(build) {
    build.onLoad({ filter: /js\/inspector\/[\w-]+\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { loader: 'css', minify: true })
      return { contents: code.trim(), loader: 'text' }
    })
  },
}

const packaged = { ...common, plugins: [embedWasm, embedStyle], platform: 'neutral' }

/** A file of js/ as an ES module and, where asked, as a CommonJS one. */
async function entry(name, { commonjs = false } = {}) {
  const entryPoints = [`js/${name}.js`]
  await build({ ...packaged, entryPoints, format: 'esm', outfile: `dist/${name}.js` })
  if (!commonjs) return
  await build({ ...packaged, entryPoints, format: 'cjs', outfile: `dist/${name}.cjs` })
}

/**
 * A file of js/ as a classic script: an AMD module where there is a loader, a CommonJS one where there is `module`, else the
 * global `name`. Minified, since no bundler comes after it.
 */
async function script(from, to, name) {
  await build({
    ...packaged,
    entryPoints: [`js/${from}.js`],
    outfile: `dist/${to}.min.js`,
    format: 'iife',
    globalName: name,
    minify: true,
    banner: {
      js: '(function (root, factory) {'
        + "if (typeof define === 'function' && define.amd) define([], factory);"
        + "else if (typeof module === 'object' && module.exports) module.exports = factory();"
        + `else root.${name} = factory();`
        + '})(globalThis, function () {',
    },
    footer: { js: `return ${name}\n})` },
  })
}

/**
 * TypeScript takes a `.d.ts` of this package for an ES module's; what can be `require`d needs a `.d.cts`. That declares nothing global:
 * to TypeScript its types are others than those of the `.d.ts`, and a program may load both.
 */
async function commonJsTypes() {
  for (const file of (await readdir('js')).filter(file => /^(?!async|script).*\.d\.ts$/.test(file))) {
    const text = await readFile(`js/${file}`, 'utf8')
    const to = file.replace(/\.ts$/, '.cts')
    const own = text.replace(/\ndeclare global {\n[^]*?\n}\n/, '')
    await writeFile(`dist/${to}`, own.replace(/(['"]\.\/[\w./-]+)\.js(['"])/g, '$1.cjs$2'))
    made.add(to)
  }
}

/** www/: scripts and style sheets that stand there are bundled with all they import; what else stands beside them is copied. */
async function page() {
  await mkdir('dist/www', { recursive: true })
  for (const file of await readdir('www', { withFileTypes: true })) {
    if (file.isFile() && !/\.(js|css|md)$/.test(file.name)) await copy(`www/${file.name}`, `www/${file.name}`)
  }
  const site = { ...common, outdir: 'dist/www', platform: 'browser', minify: true, loader: { '.svg': 'dataurl', '.woff2': 'file' } }
  await build({
    ...site,
    entryPoints: ['www/app.js', 'www/app.css', 'www/side-by-side.js', 'www/side-by-side.css'],
    format: 'esm',
    splitting: true, // what is imported later is a file of its own
    keepNames: true, // the inspector shows them
  })
  await build({ ...site, entryPoints: ['www/theme.js'], format: 'iife' }) // a classic script
}

await copy('dist/wasm/remote_refresh_bg.wasm', 'remote_refresh_bg.wasm')
await entry('index', { commonjs: true })
await entry('async')
await entry('server', { commonjs: true })
await entry('providers', { commonjs: true })
await entry('firebase', { commonjs: true })
await entry('testing', { commonjs: true })
await entry('inspector', { commonjs: true })
await script('script', 'remote-refresh', 'RemoteRefresh')
await script('testing', 'remote-refresh-testing', 'RemoteRefreshTesting')
await script('inspector', 'remote-refresh-inspector', 'RemoteRefreshInspector')
await commonJsTypes()
await page()

// Nothing of an earlier build may end up in the package. It goes last: what can't be bundled leaves the last build as it was.
for (const file of await readdir('dist', { withFileTypes: true, recursive: true })) {
  const path = relative('dist', join(file.parentPath ?? file.path, file.name)).replaceAll('\\', '/')
  if (file.isFile() && !path.startsWith('wasm/') && !made.has(path)) await rm(`dist/${path}`)
}
