// A process that follows a feed, fetches what is displayed, and closes the feed: `closed-feed.mjs URL [pending]`. With `pending`,
// a fetch is still under way then, and settles once what the process waits for was told.
//
// Tells, as JSON, how many timers it waits for: with the feed open, once it is closed, and once nothing is under way.
import { createApp } from '../../../dist/index.js'

const [, , url, pending] = process.argv
const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
const App = createApp()
const settled = new Promise(resolve => App.Events.on('refresh:done', resolve))
let answer
const model = { fetch: () => new Promise(resolve => { answer = resolve }) }
App.show({ model })

const feed = App.connect({ url, uid: 'u1' })
while (!answer) await new Promise(resolve => setImmediate(resolve))
const open = timers()
if (!pending) {
  answer()
  await settled
}
feed.close()
const closed = timers()
answer()
await settled
console.log(JSON.stringify({ open, closed, idle: timers() }))
