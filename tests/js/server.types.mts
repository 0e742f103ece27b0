// Compiled, never run: what TypeScript must accept from a user of remote-refresh/server, and what it must not.
import { type Change, type Notifier, NotifierError, createNotifier } from 'remote-refresh/server'

const notifier: Notifier = createNotifier({ url: 'https://feed.example', auth: 'secret' })
createNotifier({ url: 'https://feed.example', auth: async ({ refused }) => (refused ? 'new' : 'old'), fetch, batchSize: 100, window: 50 })

const changes: Change[] = [
  {},
  { models: ['Message'] },
  { models: { Message: 'm1', Thread: 7, User: true } },
  { models: { Message: { op: 'added', id: 'm1' } }, origin: 'tab-1', spread: 5000 },
  { origin: null, spread: null },
  { models: { Message: ['m1', { op: 'removed', id: 'm2' }, true] } },
]
for (const change of changes) {
  const { users, requests } = await notifier.remoteRefresh(new Set(['ann', 7]), change)
  const numbers: number[] = [users, requests]
  void numbers
}
await notifier.remoteRefresh('ann').catch((error: unknown) => {
  if (error instanceof NotifierError && error.code === 'unavailable') return error.failed.length + (error.status ?? 0)
  throw error
})
const ends: Promise<void>[] = [notifier.flush(), notifier.close()]
void ends

// @ts-expect-error an address is needed
createNotifier({ auth: 'secret' })
// @ts-expect-error there is no such operation
await notifier.remoteRefresh('ann', { models: { Message: { op: 'deleted' } } })
// @ts-expect-error there is no such field
await notifier.remoteRefresh('ann', { model: 'Message' })
// @ts-expect-error an id is a string or a number
await notifier.remoteRefresh([{ id: 'ann' }])
