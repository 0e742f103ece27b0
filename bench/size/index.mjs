// What a page downloads: each entry of the package, and other clients, bundled and minified in the same way.

import { readFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { bundle } from '../lib/bundle.mjs'
import { version } from '../lib/machine.mjs'
import { bars, table, write } from '../lib/report.mjs'

/** name → the module that an app would write, or rather its imports. Nothing of what is imported can be left out. */
const entry = name => `import * as all from '${name}'; globalThis.used = all`
const wasm = ['dist/remote_refresh_bg.wasm']

const contestants = {
  'remote-refresh': { text: entry('remote-refresh') },
  'remote-refresh/async': { text: entry('remote-refresh/async'), files: wasm },
  'remote-refresh/firebase': { text: entry('remote-refresh/firebase') },
  'remote-refresh/providers': { text: entry('remote-refresh/providers') },
  'remote-refresh/testing': { text: entry('remote-refresh/testing') },
  // What listens to one node, and no more: the whole SDK is larger.
  firebase: {
    packages: ['@firebase/app', '@firebase/database'],
    text: `import { initializeApp } from '@firebase/app'
      import { getDatabase, off, onChildAdded, onValue, ref } from '@firebase/database'
      globalThis.used = { initializeApp, getDatabase, off, onChildAdded, onValue, ref }`,
  },
  // What an app with users of its own has beside it, so that its rules know who reads. `getAuth` is what Firebase's guide shows;
  // `initializeAuth` without what it adds (persistence, pop-ups) is 3.4 KB less.
  'firebase, with auth (custom token)': {
    packages: ['@firebase/auth'],
    text: `import { initializeApp } from '@firebase/app'
      import { getAuth, signInWithCustomToken } from '@firebase/auth'
      import { getDatabase, off, onChildAdded, onValue, ref } from '@firebase/database'
      globalThis.used = { initializeApp, getAuth, signInWithCustomToken, getDatabase, off, onChildAdded, onValue, ref }`,
  },
  'pusher-js': { packages: ['pusher-js'], text: "import Pusher from 'pusher-js'; globalThis.used = Pusher" },
  'socket.io-client': { packages: ['socket.io-client'], text: "import { io } from 'socket.io-client'; globalThis.used = io" },
  centrifuge: { packages: ['centrifuge'], text: "import { Centrifuge } from 'centrifuge'; globalThis.used = Centrifuge" },
  '@hotwired/turbo': { packages: ['@hotwired/turbo'], text: "import '@hotwired/turbo'" },
}

const brotli = contents => brotliCompressSync(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: contents.length } })

async function measure({ text, files = [] }) {
  const all = [...(await bundle(text)).values(), ...files.map(path => readFileSync(new URL(`../../${path}`, import.meta.url)))]
  const sum = size => all.reduce((sum, contents) => sum + size(contents), 0)
  return {
    minified: sum(contents => contents.length),
    gzip: sum(contents => gzipSync(contents, { level: 9 }).length),
    brotli: sum(contents => brotli(contents).length),
  }
}

export default async function bench({ quick, only }) {
  const results = {}
  for (const [name, contestant] of Object.entries(contestants)) {
    if (name.includes(only)) results[name] = await measure(contestant)
  }
  const packages = Object.values(contestants).flatMap(({ packages = [] }) => packages)
  const versions = Object.fromEntries(packages.map(name => [name, version(name)]))
  console.log(overview(results))
  if (!quick && !only) write('size', { md: markdown({ versions, results }), json: JSON.stringify({ versions, unit: 'bytes', results }, null, 1), svg: chart(results) })
}

const overview = results => table(['bytes', 'minified', 'gzip -9', 'brotli 11'],
  Object.entries(results).map(([name, sizes]) => [name, ...['minified', 'gzip', 'brotli'].map(kind => sizes[kind].toLocaleString('en'))]))

const markdown = ({ versions, results }) => `# The size: what a page downloads

Written by \`node bench/run.mjs size\`. Each is bundled with all it needs and minified by esbuild, in the same run and in the same way; several files are
compressed one by one and added up.

- \`remote-refresh\` holds its WebAssembly as text, \`remote-refresh/async\` loads it as a file. Either is all that a page needs; \`./firebase\` and \`./providers\` come on top
  where the feed is another one, \`./testing\` in tests alone.
- firebase is its modular SDK, as far as an app that listens to one node needs it: app and database. Most apps must also say who the user is, for
  which there is its auth package; remote-refresh does that itself, by the option \`auth\`.

${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}.

![What a page downloads, in KB under brotli](size.svg)

${overview(results)}
`

function chart(results) {
  const series = ['brotli 11']
  const rows = Object.entries(results).map(([name, { brotli }]) => ({ name, values: { 'brotli 11': brotli / 1000 } }))
  return bars({ title: 'What a page downloads', axis: 'KB (1,000 bytes) under brotli 11', series, panels: [{ title: '', rows }] })
}
