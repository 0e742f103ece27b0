// Many changes at once: a third member of the conversation writes a message and edits it again and again. The server does it, as it
// would for an import: what two pages and their two event streams leave of a browser's six connections is no place for it.

/** How many changes a burst is. */
export const SIZE = 100

const WHO = 'farid'

/** The conversation that it goes into, which both pages show. */
export const THREAD = 10

/** Makes `SIZE` changes within about a second. Rejects with a sentence. */
export async function burst() {
  await request('/api/session', { user: WHO })
  await request(`/api/threads/${THREAD}/burst`, { body: `Sorting the photos: {n} of ${SIZE}`, changes: SIZE })
}

async function request(url, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Seat': 'stage' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error('The server cannot be reached.')
  })
  if (response.ok) return
  const answer = await response.json().catch(() => null)
  throw new Error(answer?.error?.message ?? `The server answered ${response.status}.`)
}
