// Compiled, never run: what TypeScript must accept from a user of remote-refresh, and what it must not.
import App, {
  type App as AppType, type AppEvents, type Auth, type ConnectOptions, type DataSnapshot, type Feed, type FeedState, type Inspection, type Since, type Step,
  App as same, Events, Utils, Views, connect, createApp, show,
} from 'remote-refresh'
import type { ExplainedStep } from '../../js/inspect.js'

const second: AppType = createApp({ fetchTimeout: 5000, fetchRetries: 0 })
createApp()
const apps: AppType[] = [App, same, second]
void apps

const auths: Auth[] = ['token', () => 'token', async () => null, ({ fresh }) => ({ token: fresh ? 'new' : 'old' }), () => undefined]
const sinces: Since[] = [7, Date.now(), { version: 7 }, { time: Date.now() }]
const options: ConnectOptions = { url: 'https://my-app.firebaseio.com', uid: 42, auth: auths[0]!, since: sinces[0]! }
const feed: Feed = connect(options)
App.connect({ url: 'https://a.example', path: 'queues/7', silenceTimeout: 1, connectTimeout: 1, reconnectionDelay: 1, reconnectionDelayMax: 1 })
const state: FeedState = feed.state
const reason: string | undefined = feed.reason?.message
feed.authenticate()
feed.authenticate('token')
feed.close()
void [state, reason]

class PageView {
  model = { fetch() {} }
  remoteRefresh(snapshot: DataSnapshot) { Utils.RemoteRefresh(this, snapshot) }
}
const page: PageView = show(new PageView(), { since: { version: 1 } })
const none: null = App.show(null)
Views.currentPageView = page
Views.currentPageView = null
const handle: { unregister(): void } = Views.register(page, { parent: new PageView(), children: (view: PageView) => [view] })
Views.register(page)
Views.register(page, { children: { first: page }, parent: null })
Utils.RemoteRefresh(page)
void [none, handle]

Events.on('firebase.child_added', (snapshot, previous) => {
  const name: string | undefined = snapshot.name() ?? snapshot.key
  const before: string | null = previous
  const there: boolean = snapshot.child('models').hasChild(0) && snapshot.exists() && snapshot.hasChildren()
  const stopped: boolean = snapshot.forEach(child => child.numChildren() > 1)
  const priority: number | string | null = snapshot.getPriority()
  const address: string = snapshot.ref().toString()
  void [name, before, there, stopped, priority, address, snapshot.val(), snapshot.exportVal(), snapshot.toJSON()]
})
Events.on('feed:state', (now, { feed, previous, reason }) => {
  const states: FeedState[] = [now, previous, feed.state]
  const code: string | undefined = reason?.code
  void [states, code]
})
Events.on('refresh:error', ({ view, entity, code, cause }) => {
  const name: string = code
  const unknown: unknown = cause
  void [view, entity, name, unknown]
})
Events.on('refresh:skipped', ({ reason }) => reason === 'new')
Events.on('something of the app', (a, b) => [a, b])
Events.emit('something of the app', 1, 'two')
Events.trigger('firebase.child_added', {} as DataSnapshot, null)
const args: AppEvents['refresh:deferred'][0]['reason'] = 'hidden'
void args

const third: AppType = createApp({ concurrency: 2, typeOf: (entity: { kind?: string }) => entity.kind, defer: false, clientId: 'tab', explain: true })
class List { fetch() {} }
const list: List = third.live(new List(), { type: 'Message', single: true, remember: true, defer: false, via: 'pager', options: { timeout: 5 } })
third.live(List, { via: (entity: List, options) => [entity.fetch(), options] })
third.observe({ sync() {} }, { header: 'X-Tab' }).unobserve()
const sent: Promise<number> = third.write([list], async headers => Object.keys(headers).length)
const steps: { what: string, reason?: string }[] = third.explain(list)
void [sent, steps, third.clientId.length]
// A step is what the engine records, but for its number, and what was thrown.
type Same<A, B> = [A] extends [B] ? [B] extends [A] ? true : false : false
const alike: Same<keyof Step, Exclude<keyof ExplainedStep, 'number'> | 'cause'> = true
const step: Step | undefined = third.explain()[0]
void [alike, step?.what.length, step?.id?.toString()]
const inspection: Inspection = third.inspect()
const numbers: (number | null)[] = [inspection.stateOf(list).retryAt, inspection.renewAt, inspection.views]
const subviews: object[] = inspection.childrenOf(inspection.page ?? page)
void [numbers, subviews, inspection.feed?.state]

// @ts-expect-error a number is no entity
third.inspect().stateOf(5)
// @ts-expect-error a type is a name
App.live(list, { type: 5 })
// @ts-expect-error there is no such way
App.live(list, { via: 'mail' })
// @ts-expect-error the name is given when the App is made
third.clientId = 'other'
// @ts-expect-error an address is needed
connect({ uid: 'u1' })
// @ts-expect-error a user is a string or a number
connect({ url: 'https://a.example', uid: { id: 1 } })
// @ts-expect-error there is no such option
connect({ url: 'https://a.example', uid: 'u1', token: 'secret' })
// @ts-expect-error a number is no token
connect({ url: 'https://a.example', uid: 'u1', auth: () => 5 })
// @ts-expect-error a date is no version and no time
connect({ url: 'https://a.example', uid: 'u1', since: new Date() })
// @ts-expect-error the App says what state a feed is in
feed.state = 'open'
// @ts-expect-error there is no such state
feed.state === 'online'
// @ts-expect-error a name is no view
show('inbox')
// @ts-expect-error a parent is a view
Views.register(page, { parent: 'inbox' })
// @ts-expect-error a view is needed
Utils.RemoteRefresh()
// @ts-expect-error milliseconds are a number
createApp({ fetchTimeout: '5s' })
// @ts-expect-error a snapshot can't be written to
Events.on('firebase.child_added', snapshot => snapshot.set(5))
// @ts-expect-error a path is a string or an index
Events.on('firebase.child_added', snapshot => snapshot.child({}))
// @ts-expect-error the second argument is an object
Events.on('feed:state', (now, previous) => previous === 'open')
