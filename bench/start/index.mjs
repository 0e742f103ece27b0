// From the script tag to the first usable bus, and to the first event; and the memory of the page: ours and other clients, in Chromium.

import { chromium } from '@playwright/test'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { bundle } from '../lib/bundle.mjs'
import { machine, version } from '../lib/machine.mjs'
import { installed, quiet } from '../lib/page.mjs'
import { bars, digits, table, write } from '../lib/report.mjs'
import { median } from '../lib/rounds.mjs'
import { contestants, nothing } from './contestants.mjs'
import { servers } from './servers.mjs'

const EMPTY = 'an empty page'
const html = '<!doctype html><meta charset="utf-8"><script>performance.mark("start")</script><script type="module" src="page.js"></script>'
const types = { js: 'text/javascript', wasm: 'application/wasm' }

export default async function bench({ quick, only }) {
  const rounds = quick ? 2 : 21
  const about = { machine: machine(), rounds, versions: versionsOf(contestants) }
  const names = Object.keys(contestants).filter(name => name.includes(only))
  const pages = Object.fromEntries(await Promise.all(Object.entries({ ...contestants, [EMPTY]: nothing }).map(async entry => [entry[0], await files(entry[1])])))
  const site = await serve(pages)
  const running = Object.fromEntries(await Promise.all(Object.entries(servers).map(async ([name, start]) => [name, await start()])))
  const browser = await chromium.launch({ executablePath: installed, args: quiet })
  const results = Object.fromEntries([...names, EMPTY].map(name => [name, []]))
  try {
    // The first round warms up the browser and the servers, and doesn't count.
    for (let round = -1; round < rounds; round++) {
      for (let i = 0; i < names.length + 1; i++) {
        const name = [...names, EMPTY][(i + round + 1) % (names.length + 1)]
        const place = running[contestants[name]?.server]?.place
        const run = await visit(browser, `${site.place}/${encodeURIComponent(name)}/?server=${encodeURIComponent(place ?? '')}`, Boolean(place))
        if (round >= 0) results[name].push(run)
      }
    }
  } finally {
    await browser.close()
    site.close()
    for (const { close } of Object.values(running)) close()
  }
  const all = { ...about, browser: `Chromium ${browser.version()}`, results }
  if (quick || only) console.log(overview(all))
  else write('start', { md: markdown(all), json: JSON.stringify(all, null, 1).replace(/\{\s+([^{}]+?)\s+\}/g, (_, inner) => `{ ${inner.replace(/\s+/g, ' ')} }`), svg: chart(all) })
}

const versionsOf = all => Object.fromEntries(Object.values(all).flatMap(({ packages = [] }) => packages).map(name => [name, version(name)]))

/** All that a page of this contestant downloads. */
async function files({ text, files = {} }) {
  const all = await bundle(text)
  for (const [name, path] of Object.entries(files)) all.set(name, readFileSync(new URL(`../../${path}`, import.meta.url)))
  return all
}

async function serve(pages) {
  const server = createServer(({ url }, response) => {
    const [, name, file] = new URL(url, 'http://localhost').pathname.split('/').map(decodeURIComponent)
    if (pages[name] && !file) response.writeHead(200, { 'Content-Type': 'text/html' }).end(html)
    else if (pages[name]?.has(file)) response.writeHead(200, { 'Content-Type': types[file.split('.').pop()] }).end(pages[name].get(file))
    else response.writeHead(404).end()
  })
  await once(server.listen(0, 'localhost'), 'listening')
  return { place: `http://localhost:${server.address().port}`, close: () => { server.closeAllConnections(); server.close() } }
}

/** Loads a page afresh. Times in ms since the script tag, memory in bytes. */
async function visit(browser, address, hasEvent) {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.goto(address)
    const has = name => page.waitForFunction(name => performance.getEntriesByName(name).length > 0, name, { timeout: 30_000 })
    await has('usable')
    if (hasEvent) await has('event')
    const times = await page.evaluate(() => Object.fromEntries(['start', 'usable', 'event'].map(name => [name, performance.getEntriesByName(name)[0]?.startTime])))
    const client = await context.newCDPSession(page)
    await client.send('HeapProfiler.collectGarbage')
    const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } = await client.send('Runtime.getHeapUsage')
    return { usable: times.usable - times.start, event: hasEvent ? times.event - times.start : undefined, memory: usedSize + embedderHeapUsedSize + backingStorageSize }
  } finally {
    await context.close()
  }
}

const middle = (runs, what) => median(runs.map(run => run[what]))

function rowsOf({ results }) {
  const empty = middle(results[EMPTY], 'memory')
  return Object.entries(results).filter(([name]) => name !== EMPTY).map(([name, runs]) => ({
    name,
    usable: middle(runs, 'usable'),
    event: runs[0].event === undefined ? undefined : middle(runs, 'event'),
    memory: (middle(runs, 'memory') - empty) / 1024,
  }))
}

const overview = all => table(['', 'ms to a usable bus', 'ms to the first event', 'memory, KiB'],
  rowsOf(all).map(({ name, usable, event, memory }) => [name, digits(usable), digits(event), Math.round(memory).toLocaleString('en')]))

function markdown(all) {
  const { machine, browser, versions, rounds } = all
  return `# The start: from the script tag to the first event

Written by \`node bench/run.mjs start\`. Each page loads one client, bundled and minified with all it needs, from a server on this machine, in a browser context
of its own. The median of ${rounds} rounds; in each round each client has one turn, and the order rotates.

- **A usable bus**: the first moment when a handler can be added.
- **The first event**: a server on this machine sends one as soon as the client is connected. Those whose server cannot run here only start.
  firebase counts its first value; ours announces a first value to nobody, so its server sends a change after it.
- **Memory**: what the page's JavaScript heap and array buffers (wasm memory is one) hold after the garbage collector ran, less that of an empty page.
  Compiled code is not in it.

${machine}. ${browser}. ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}.

![Time to a usable bus and to the first event](start.svg)

${overview(all)}
`
}

function chart(all) {
  const series = ['a usable bus', 'the first event']
  const rows = rowsOf(all).map(({ name, usable, event }) => ({ name, values: { 'a usable bus': usable, 'the first event': event } }))
  return bars({ title: 'From the script tag to …', axis: 'ms, the median of the rounds', series, panels: [{ title: all.browser, rows }] })
}
