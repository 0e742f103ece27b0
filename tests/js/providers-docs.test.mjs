// The providers in docs/providers.md that no other test runs, with stand-ins for what they wrap.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blocks } from '../packaging/blocks.mjs'
import { FAST, follow } from './support/provided.mjs'
import { until } from './support/world.mjs'

test('messages without a state, in the manner of Pusher', async () => {
  const { pusherChannel } = await import(`data:text/javascript,${encodeURIComponent(blocks('docs/providers.md').get('pusher.js'))}`)
  const left = []
  let handlers
  const pusher = {
    subscribe: name => ({ bind(event, act) { handlers[`${name} ${event}`] = act } }),
    unsubscribe: name => left.push(name),
  }
  handlers = {}
  const { changes, feed } = follow(pusherChannel(pusher), FAST)
  handlers['private-user-u1 pusher:subscription_succeeded']({})
  assert.equal(feed.state, 'open')
  handlers['private-user-u1 changed']({ any: 'thing' })
  handlers['private-user-u1 changed']({ any: 'thing' })
  assert.deepEqual(changes().map(([key]) => key), ['updated', 'updated'])
  handlers['private-user-u1 pusher:subscription_error']({ type: 'AuthError', error: 'Forbidden' })
  await until(() => feed.state === 'denied')
  assert.match(feed.reason.message, /Forbidden/)
  assert.deepEqual(left, ['private-user-u1'])
  feed.close()
})
