// The one error type of remote-refresh/server.

/**
 * What went wrong, as a `code` to branch on and a sentence that says what to do.
 *
 * | code | meaning | was anything sent? |
 * |---|---|---|
 * | `bad-options` | an option of `createNotifier` | no |
 * | `bad-user-id` | an id that cannot be a user's | no |
 * | `bad-change`  | `models`, `origin` or `spread` | no |
 * | `closed`      | `close` was called before | no |
 * | `overloaded`  | too much waits for a feed that is slow or away (only with a `window`) | no |
 * | `auth-failed` | the `auth` function threw or gave no token | earlier batches |
 * | `denied`      | 401 or 403 | earlier batches |
 * | `rejected`    | any other answer that says that the request is wrong | earlier batches |
 * | `unavailable` | no network, no answer in time, 429 or 5xx, and the retries are used up | earlier batches, and perhaps this one |
 */
export class NotifierError extends Error {
  /**
   * @param {string} code one of the codes above
   * @param {string} message
   * @param {{ status?: number, failed?: unknown[] }} [details]
   */
  constructor(code, message, { status, failed = [] } = {}) {
    super(message)
    this.name = 'NotifierError'
    this.code = code
    /** HTTP status of the last answer, where there was one. */
    this.status = status
    /** The users of whom the feed did not say that they were told: pass them to `remoteRefresh` again. Being told twice does no harm. */
    this.failed = failed
  }
}
