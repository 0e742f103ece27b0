// Compiled, never run: what TypeScript must accept of remote-refresh/testing, and what it must not.
import App, { type Provider, createApp } from 'remote-refresh'
import { type FakeFeed, type FetchWatch, type VirtualClock, fakeFeed, virtualClock, watchFetches } from 'remote-refresh/testing'

const feed: FakeFeed = fakeFeed({ node: { updated: 1 } })
const provider: Provider = fakeFeed()
App.connect({ uid: 'ann', provider: feed })
App.connect({ provider })
feed.change()
feed.change({ Message: 'm1', Thread: { op: 'added', id: 7 }, User: true, File: ['f1', 'f2'] }, { origin: 'tab-1', spread: 100 })
feed.change(['Message'])
feed.set(5)
feed.drop()
feed.deny('why')
feed.allow()
feed.expire()
const counts: number[] = [feed.openings, feed.connected]
const token: string | undefined = feed.token

const clock: VirtualClock = virtualClock({ now: 0 })
await clock.advance(1000)
clock.uninstall()
counts.push(clock.now, clock.waiting)

const fetches: FetchWatch = watchFetches(createApp())
await fetches.settled({ timeout: 100 })
counts.push(fetches.total, fetches.of({}), fetches.underWay.length)
const codes: string[] = fetches.errors.map(({ code }) => code)
fetches.reset()
fetches.stop()
void [token, codes]

// @ts-expect-error there is no such operation
feed.change({ Message: { op: 'deleted' } })
// @ts-expect-error types are named by an object or a list
feed.change('Message')
// @ts-expect-error it counts by itself
feed.openings = 0
// @ts-expect-error milliseconds are a number
await clock.advance('1s')
// @ts-expect-error an App is needed
watchFetches()
