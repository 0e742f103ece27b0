// Opens an app's provider, which brings the user's node by other means than the Realtime Database's event streams.
//
// To the engine it is a stream: the engine opens and closes it, renews the token it gets, and decides what follows
// when it is lost or denied. So what ARCHITECTURE.md says of the feed's states holds for providers as well.

import { surface } from './error.js'

/** The last time that `changed` gave: no two changes have the same. */
let lastChange = 0

/** Opens a provider as the engine's `stream`, until `signal` aborts or it ends by itself. */
export async function openProvider({ open, uid }, stream, token, signal) {
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
  const lost = why => {
    end()
    stream.lost(textOf(why))
  }
  signal.addEventListener('abort', end)
  try {
    const opened = open({
      uid,
      token,
      value: node => stream.value(node),
      changed: () => stream.value({ updated: lastChange = Math.max(lastChange + 1, Date.now()) }),
      alive: () => stream.alive(),
      lost,
      denied(why) {
        end()
        stream.denied(textOf(why))
      },
    })
    close = opened?.then ? await opened : opened
    if (over) end()
  } catch (error) {
    lost(error)
  }
}

const textOf = why => String(why?.message ?? why ?? '')
