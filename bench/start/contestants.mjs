// What starts: each with the module that a page loads, and with its server on this machine where there is one to run.
//
// A page's module calls `mark('usable')` as soon as a handler can be added, and `mark('event')` in the handler of the first
// event that its server sends, which it does as soon as the page is connected.

/** What all pages begin with; `place` is where the server of this contestant is. */
const mark = `
const mark = name => performance.mark(name)
const place = new URLSearchParams(location.search).get('server')
`

const ours = entry => `${entry}
${mark}
App.Events.on('firebase.child_added', () => mark('event'))
mark('usable')
App.connect({ url: place, uid: 'u1' })
`

/** name → { text, packages?, files?, server? }: the module's text, what it is made of, what else it loads, and which server it needs. */
export const contestants = {
  'remote-refresh': { text: ours("import App from 'remote-refresh'"), server: 'feed' },
  'remote-refresh/async': {
    text: ours("import load from 'remote-refresh/async'\nconst App = await load()"),
    files: { 'remote_refresh_bg.wasm': 'dist/remote_refresh_bg.wasm' },
    server: 'feed',
  },
  firebase: {
    packages: ['@firebase/app', '@firebase/database'],
    text: `import { initializeApp } from '@firebase/app'
import { getDatabase, onValue, ref } from '@firebase/database'
${mark}
const node = ref(getDatabase(initializeApp({ databaseURL: place })), 'users/u1')
onValue(node, () => mark('event'))
mark('usable')
`,
    server: 'database',
  },
  'socket.io-client': {
    packages: ['socket.io-client'],
    text: `import { io } from 'socket.io-client'
${mark}
const socket = io(place)
socket.on('change', () => mark('event'))
mark('usable')
`,
    server: 'socketIo',
  },
  'pusher-js': {
    packages: ['pusher-js'],
    text: `import Pusher from 'pusher-js'
${mark}
const pusher = new Pusher('key', { cluster: '', wsHost: 'localhost', wsPort: 9, forceTLS: false, enabledTransports: ['ws'] })
pusher.subscribe('private-u1').bind('change', () => mark('event'))
mark('usable')
`,
  },
  centrifuge: {
    packages: ['centrifuge'],
    text: `import { Centrifuge } from 'centrifuge'
${mark}
const client = new Centrifuge('ws://localhost/')
client.newSubscription('u1').on('publication', () => mark('event'))
mark('usable')
`,
  },
}

/** A page without anything, for what a browser's page holds by itself. */
export const nothing = { text: `${mark}\nmark('usable')` }
