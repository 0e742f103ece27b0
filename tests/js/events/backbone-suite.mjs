// Runs Backbone's own test suite on our bus, in Chromium and in Node; none of it is part of this package.
//
//   git clone https://github.com/jashkenas/backbone && node tests/js/events/backbone-suite.mjs backbone [MODE…]
//
//   theirs    as it is: what fails here fails without us
//   full      our methods in Backbone.Events, before Model, Collection, View, Router and History take them
//   interop   ours in collections and views, Backbone's own in models, the router and the history
//
// Exits with 1 if a test fails that is not excused. Build first: the module of dist/wasm is used.

import { chromium } from '@playwright/test'
import { build } from 'esbuild'
import { JSDOM, VirtualConsole } from 'jsdom'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

/** They look at private fields, and fail as well when Backbone's own Events names them otherwise. */
const excused = [
  'stopListening cleans up references',
  'stopListening cleans up references from listenToOnce',
  'listenToOnce with event maps cleans up references',
]

const modes = {
  theirs: source => source,
  full: source => source.replace(/(?=\n +\/\/ Allow the `Backbone` object to serve as a global event bus)/, '\n  Object.assign(Events, ourBus.createEvents());\n'),
  interop: source => `${source}\n;for (const type of ['Collection', 'View']) _.extend(Backbone[type].prototype, ourBus.createEvents());`,
}

const PAGE = 'http://backbone.test/test/index.html'

/** Runs in the page, beside QUnit. */
const collect = `
  window.results = { total: 0, failures: [], isDone: false }
  var details = []
  QUnit.log(function (it) { if (!it.result) details.push(it.message + ': expected ' + JSON.stringify(it.expected) + ', was ' + JSON.stringify(it.actual)) })
  QUnit.testDone(function (it) { results.total++; if (it.failed) results.failures.push({ module: it.module, name: it.name, details: details }); details = [] })
  QUnit.done(function () { results.isDone = true })`

const [folder, ...wanted] = process.argv.slice(2)
if (!folder || !existsSync(join(folder, 'test/events.js'))) {
  console.error("error: the first argument must be a folder with Backbone's sources and tests")
  process.exit(2)
}

const root = fileURLToPath(new URL('../../../', import.meta.url))
const wasm = readFileSync(join(root, 'dist/wasm/remote_refresh_bg.wasm')).toString('base64')
const bundle = await build({
  stdin: {
    contents: `
      import { initSync } from './dist/wasm/remote_refresh.js'
      initSync({ module: new WebAssembly.Module(Uint8Array.from(atob('${wasm}'), c => c.charCodeAt(0))) })
      export { createEvents } from './js/events.js'`,
    resolveDir: root,
  },
  bundle: true, format: 'iife', globalName: 'ourBus', write: false, logLevel: 'error',
})

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync)
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
const places = { Chromium: inChromium, Node: inNode }
let failed = false
try {
  for (const mode of wanted.length ? wanted : Object.keys(modes)) {
    for (const [place, run] of Object.entries(places)) {
      const { total, failures } = await run(modes[mode])
      const unexcused = failures.filter(({ name }) => !excused.includes(name))
      for (const { module, name, details } of unexcused) console.log(`   ${module}: ${name}\n      ${details.join('\n      ')}`)
      console.log(`${mode}, ${place}: ${total} tests, ${total - failures.length} passed, ${failures.length - unexcused.length} excused, ${unexcused.length} failed`)
      failed ||= unexcused.length > 0 || total === 0
    }
  }
} finally {
  await browser.close()
}
process.exit(failed ? 1 : 0)

/** A file of the suite, with Backbone changed; undefined if there is none. */
function read(path, change) {
  if (path === '/our-bus.js') return bundle.outputFiles[0].text
  const file = join(folder, path)
  if (!existsSync(file)) return undefined
  const text = readFileSync(file, 'utf8')
  if (path === '/backbone.js') return change(text)
  // The bus first; the results are collected from QUnit's callbacks.
  if (path === '/test/index.html') return text.replace('<script src="vendor/jquery.js">', `<script src="/our-bus.js"></script><script>${collect}</script>$&`)
  return text
}

async function inChromium(change) {
  const page = await browser.newPage()
  await page.route('http://backbone.test/**', route => {
    const path = new URL(route.request().url()).pathname
    const body = read(path, change)
    if (body === undefined) return route.fulfill({ status: 404 })
    return route.fulfill({ contentType: path.endsWith('.html') ? 'text/html' : path.endsWith('.css') ? 'text/css' : 'text/javascript', body })
  })
  page.on('pageerror', error => console.log(`   ${error.message}`))
  await page.goto(PAGE)
  await page.waitForFunction(() => window.results?.isDone, undefined, { timeout: 120_000 })
  const results = await page.evaluate(() => window.results)
  await page.close()
  return results
}

/** In a document of jsdom, which has Node's own JavaScript and WebAssembly. */
async function inNode(change) {
  const scripts = (_, source) => `<script>${read(new URL(source, PAGE).pathname, change).replaceAll('</script', '<\\/script')}</script>`
  const html = read('/test/index.html', change).replace(/<script src="([^"]+)"><\/script>/g, scripts)
  const virtualConsole = new VirtualConsole()
  virtualConsole.on('jsdomError', ({ message }) => { if (!message.startsWith('Not implemented')) console.log(`   ${message}`) })
  /** What a page has, and jsdom not. */
  const beforeParse = window => Object.assign(window, { TextDecoder, TextEncoder })
  const { window } = new JSDOM(html, { url: PAGE, runScripts: 'dangerously', pretendToBeVisual: true, virtualConsole, beforeParse })
  for (const end = Date.now() + 120_000; !window.results?.isDone; await new Promise(resolve => setTimeout(resolve, 100))) {
    if (Date.now() > end) throw new Error('the suite does not end')
  }
  return window.results
}
