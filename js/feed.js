// The handle that `App.connect` returns. It keeps what the app gave: its `auth`, its provider.

export class Feed {
  #engine
  #auth
  #provider

  constructor(engine, id, { auth, provider, uid }) {
    this.#engine = engine
    this.#auth = auth
    this.#provider = provider && { open: provider, uid }
    this.state = 'closed'
    this.reason = null
    Object.defineProperty(this, 'id', { value: id })
  }

  /** Ends the feed. It may be called twice. */
  close() {
    this.#engine.close(this.id)
  }

  /** Takes new credentials, which also revives a denied feed. Without an argument, asks the same `auth` again. */
  authenticate(auth = this.#auth) {
    const before = this.#auth
    // First, since the engine may ask for a token within the call.
    this.#auth = auth
    try {
      this.#engine.credentialsChanged(this.id, auth)
    } catch (error) {
      this.#auth = before
      throw error
    }
  }

  /** What the app's `auth` gives. */
  async token(fresh) {
    const auth = this.#auth
    return typeof auth === 'function' ? auth({ fresh }) : auth
  }

  /** The app's provider and the user that it is for, if there is one. */
  get provider() {
    return this.#provider
  }
}
