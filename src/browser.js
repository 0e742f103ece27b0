// What the shell needs of the browser: the page's events, one timer, and one event stream over `fetch`.
//
// In JavaScript, since each call from wasm costs glue code, and these are almost nothing but such calls. It reports facts to
// the `Page` of `browser.rs` and decides nothing.
//
// The host may have a provider of the app's for the stream; else it is a request.
//
// Not `EventSource`, which hides the status and the body of a refusal, keeps an old token, and reconnects to where it
// was redirected to instead of where it was sent.

/** Bytes of a refusal that are read; its text goes into the feed's reason. */
const MAX_REFUSAL = 2048

/** Whether `fetch` takes this address: it refuses one with a name and a password time and again, token and all. */
export function isUsable(address) {
  try {
    const { username, password } = new URL(address)
    return !username && !password
  } catch {
    return false
  }
}

/** The value of a JSON text; undefined if it is none. */
export function parseJson(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The object with these names and values. */
export const fromEntries = entries => Object.fromEntries(entries)

/** An error with a stable code and a sentence that says what to do, as `js/error.js` makes it. */
export const coded = (code, message) => Object.assign(new Error(message), { name: 'RemoteRefreshError', code })

/** A key as it stands in an address. */
export const encode = key => encodeURIComponent(key)

/** The text of what was given for a path, unless it is neither a string nor a number. */
export const pathText = path => (typeof path === 'string' || typeof path === 'number' ? String(path) : undefined)

export class Browser {
  #page
  #host
  #undo = []
  #timer
  #stream

  /** Whether the page cannot be seen. Where there is no page (Node, a worker) there is nobody who can't. */
  static isHidden() {
    return globalThis.document?.visibilityState === 'hidden'
  }

  /** What the browser says of its network; true where it says nothing. */
  static isOnline() {
    return globalThis.window?.navigator?.onLine ?? true
  }

  /** Reports to `page` until it is closed. */
  constructor(page, host) {
    this.#page = page
    this.#host = host
    const { window, document } = globalThis
    this.#listen(window, 'online', () => page.online())
    this.#listen(window, 'offline', () => page.offline())
    this.#listen(window, 'pageshow', event => event.persisted && page.restored())
    this.#listen(window, 'pagehide', event => event.persisted && page.suspended())
    this.#listen(document, 'visibilitychange', () => page.looked(Browser.isHidden()))
    // A page in the background may be frozen, and goes on later (Page Lifecycle API).
    this.#listen(document, 'freeze', () => page.suspended())
    this.#listen(document, 'resume', () => page.resumed(Browser.isHidden()))
  }

  #listen(target, event, act) {
    target?.addEventListener?.(event, act)
    this.#undo.push(() => target?.removeEventListener?.(event, act))
  }

  /** Ends the stream, the timer and the listening. */
  close() {
    this.closeStream()
    clearTimeout(this.#timer)
    for (const step of this.#undo.splice(0)) step()
  }

  /** Sets the timer, instead of the one that was set before; without a delay there is none. */
  setTimer(delay) {
    clearTimeout(this.#timer)
    if (delay !== undefined) this.#timer = setTimeout(() => this.#page.timerFired(), delay)
  }

  /** Opens a stream instead of the one there is; what happens is reported under `id`. */
  openStream(id, url) {
    this.closeStream()
    const { signal } = this.#stream = new AbortController()
    if (!this.#host.provide?.(this.#page, id, url, signal)) this.#follow(id, url, signal)
  }

  closeStream() {
    this.#stream?.abort()
    this.#stream = undefined
  }

  async #follow(id, url, signal) {
    const page = this.#page
    try {
      const { status, body } = await fetch(url, { headers: { Accept: 'text/event-stream' }, cache: 'no-store', signal })
      const reader = body?.getReader()
      if (status !== 200) {
        page.streamRefused(id, status, await beginning(reader))
        return
      }
      page.streamOpened(id)
      for (let chunk; reader && !(chunk = await reader.read()).done;) page.bytesArrived(id, chunk.value)
      page.streamEnded(id, '')
    } catch (error) {
      page.streamEnded(id, String(error?.message ?? error))
    }
  }
}

/** The beginning of a refusal's body. Half a body says as much as none: the status decides. */
async function beginning(reader) {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (let chunk; text.length < MAX_REFUSAL && reader && !(chunk = await reader.read()).done;) {
      text += decoder.decode(chunk.value, { stream: true })
    }
  } catch {
    // What was read until now is what there is.
  }
  // A rest that nobody reads would hold the connection; whether it can be let go changes nothing.
  reader?.cancel().catch(() => {})
  return text.slice(0, MAX_REFUSAL)
}
