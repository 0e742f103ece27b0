// `remote-refresh/testing`: for an app's own tests. A feed without a server, a clock that a test turns, and counts of what is fetched.

export { virtualClock } from './testing/clock.js'
export { fakeFeed } from './testing/fake-feed.js'
export { watchFetches } from './testing/fetches.js'
