// A provider brings the user's node by other means than the Realtime Database's event streams.
//
// The engine takes it for a stream: it says when it is opened and closed, renews the token it gets, and decides what follows
// when it is lost or denied. So whatever ARCHITECTURE.md says of the feed's states holds for providers as well.

import { coded, surface } from './error.js'

/**
 * `connect`'s options, completed for a provider. What it follows may have an address of its own, and no user. It knows by
 * itself whether its connection lives, so silence means nothing (the longest time that browsers' timers take), unless the app
 * says otherwise; and it is each tab's own.
 */
export function optionsWith(provider, { url, ...options }) {
  if (typeof provider !== 'function') {
    throw coded('invalid-provider', '`provider` must be a function of { value, … } that returns one to close it')
  }
  const path = options.uid === undefined ? '' : undefined
  return { url: url ?? 'https://provider.invalid', path, silenceTimeout: 2_147_483_647, shareTabs: false, ...options }
}

/** The last time that `changed` gave: no two changes have the same. */
let lastChange = 0

/**
 * Opens a provider as the stream `id` of the engine's `page`, until `signal` aborts or it ends by itself. What it says later means
 * nothing: the engine knows the stream no more.
 */
export async function openProvider(provider, uid, { page, id, url, signal }) {
  let over
  let close
  const end = () => {
    over = true
    try {
      close?.()
    } catch (error) {
      surface(error)
    }
    close = undefined
  }
  const value = node => {
    const put = JSON.stringify({ path: '/', data: node ?? null })
    page.bytesArrived(id, new TextEncoder().encode(`event: put\ndata: ${put}\n\n`))
  }
  const lost = why => {
    end()
    page.streamEnded(id, textOf(why))
  }
  signal.addEventListener('abort', end)
  try {
    const opened = provider({
      uid,
      token: new URL(url).searchParams.get('auth') ?? undefined,
      value,
      changed: () => value({ updated: lastChange = Math.max(lastChange + 1, Date.now()) }),
      alive: () => page.streamOpened(id),
      lost,
      denied(why) {
        end()
        page.streamRefused(id, 401, textOf(why))
      },
    })
    close = opened?.then ? await opened : opened
    if (over) end()
  } catch (error) {
    lost(error)
  }
}

const textOf = why => String(why?.message ?? why ?? '')
