// The handle that `App.connect` returns, and how a feed gets its tokens.

import { coded } from './error.js'

export class Feed {
  #shell
  #auth
  #open

  constructor(shell, id, auth, open) {
    this.#shell = shell
    this.#auth = auth
    this.#open = open
    this.id = id
    this.state = 'closed'
    this.reason = null
    Object.defineProperty(this, 'id', { enumerable: false, writable: false })
  }

  /** Ends the feed. It may be called twice. */
  close() {
    this.#shell.close(this)
  }

  /** Takes new credentials, which also revives a denied feed. Without an argument, asks the same `auth` again. */
  authenticate(auth = this.#auth) {
    const kind = kindOfAuth(auth)
    this.#auth = auth
    this.#shell.credentialsChanged(this, kind)
  }

  /** Opens the app's provider as this stream of the engine's. Whether there is one. */
  provide(stream) {
    this.#open?.(stream)
    return Boolean(this.#open)
  }

  /** The token to use, or undefined when nobody is signed in. */
  async token(fresh) {
    const auth = this.#auth
    const token = typeof auth === 'function' ? await auth({ fresh }) : auth
    if (token === undefined || token === null) return undefined
    if (typeof token === 'string') return token
    if (typeof token.token === 'string') return token.token
    throw coded('invalid-token', '`auth` must give a token as a string, an object with one as `token`, or null')
  }
}

/** What the core is told of `auth`. */
export function kindOfAuth(auth) {
  if (auth === undefined || auth === null) return 'none'
  if (typeof auth === 'string' && auth) return 'fixed'
  if (typeof auth === 'function') return 'renewable'
  throw coded('invalid-auth', '`auth` must be a function that returns a token (or a promise of one), or a token')
}
