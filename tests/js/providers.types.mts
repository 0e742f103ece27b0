// Compiled, never run: what TypeScript must accept of providers, and what it must not.
import App, { type ConnectOptions, type Provider, type ProviderFeed } from 'remote-refresh'
import { type ClassicQuery, fromFirebase } from 'remote-refresh/firebase'
import { eventSource, mercure, poll, webSocket } from 'remote-refresh/providers'
import { child, getDatabase, limitToLast, onValue, query, ref } from '@firebase/database'

const own: Provider = ({ uid, token, value, changed, alive, lost, denied }) => {
  value({ updated: 1 })
  changed()
  alive()
  lost()
  lost(new Error('gone'))
  denied('no')
  const whose: [string | number | undefined, string | undefined] = [uid, token]
  void whose
  return () => {}
}
const others: Provider[] = [() => {}, async () => {}, async () => () => {}]
const providers: Provider[] = [
  own, ...others,
  eventSource('/feed'), eventSource(({ uid, token }) => `/feed/${uid}?${token}`, { event: 'inbox', read: Number, credentials: 'include', headers: { 'X-Tab': '1' } }),
  mercure(new URL('https://hub.example'), { topic: 'inbox' }), mercure('/hub', { topic: ({ uid }) => `/users/${uid}`, read: JSON.parse }),
  webSocket('wss://feed.example', { protocols: ['feed'], hello: ({ token }) => String(token) }),
  poll('/count', { every: 1000 }),
]
for (const provider of providers) App.connect({ uid: 'u1', auth: 'token', provider, shareTabs: true })
App.connect({ provider: own })
declare const perhaps: Provider | undefined
App.connect({ url: 'https://feed.example', uid: 'u1', provider: perhaps })
const options: ConnectOptions = { provider: own, url: 'https://feed.example', silenceTimeout: 60_000 }
void options

const reference = ref(getDatabase(), 'users/u1')
App.connect({ provider: fromFirebase(reference, { onValue, child }) })
App.connect({ provider: fromFirebase(query(reference, limitToLast(1)), { onValue, child }) })
declare const classic: ClassicQuery
App.connect({ provider: fromFirebase(classic) })

// @ts-expect-error a provider is a function
App.connect({ provider: { open() {} } })
// @ts-expect-error an address or a provider is needed
App.connect({ uid: 'u1' })
// @ts-expect-error what closes it is a function
const wrong: Provider = () => 5
// @ts-expect-error a hub needs a topic
mercure('/hub', {})
// @ts-expect-error the modular SDK's references need its functions
fromFirebase(reference)
// @ts-expect-error there is no such call
const feed = (given: ProviderFeed) => given.send('hello')
void [wrong, feed]
