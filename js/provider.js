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
    throw coded('invalid-provider', '`provider` must be a function: it gets { uid, token, value, changed, alive, lost, denied }, and returns one that closes it')
  }
  const path = options.uid === undefined ? '' : undefined
  return { url: url ?? 'https://provider.invalid', path, silenceTimeout: 2_147_483_647, shareTabs: false, ...options }
}

/** The last time that `changed` gave: no two changes have the same. */
let lastChange = 0

/** Opens a provider as the stream `id` of the engine's `page`, until `signal` aborts or it ends by itself. */
export function openProvider(provider, uid, { page, id, url, signal }) {
  let over = false
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
  /** A call that means nothing once the provider is closed. */
  const whileOpen = act => detail => { if (!over) act(detail) }
  const lost = whileOpen(why => {
    end()
    page.streamEnded(id, textOf(why))
  })
  const opened = result => {
    close = result
    if (over) end()
  }
  const value = whileOpen(node => {
    const put = JSON.stringify({ path: '/', data: node ?? null })
    page.bytesArrived(id, new TextEncoder().encode(`event: put\ndata: ${put}\n\n`))
  })
  signal.addEventListener('abort', end)
  try {
    const result = provider({
      uid,
      token: new URL(url).searchParams.get('auth') ?? undefined,
      value,
      changed: () => value({ updated: lastChange = Math.max(lastChange + 1, Date.now()) }),
      alive: whileOpen(() => page.streamOpened(id)),
      lost,
      denied: whileOpen(why => {
        end()
        page.streamRefused(id, 401, textOf(why))
      }),
    })
    if (typeof result?.then === 'function') result.then(opened, lost)
    else opened(result)
  } catch (error) {
    lost(error)
  }
}

const textOf = why => String(why?.message ?? why ?? '')
