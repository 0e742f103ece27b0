// What the providers that make requests of their own have in common.

/** The address: `url`, or what that function of `{ uid, token }` gives; relative ones count from the page. */
export function addressOf(url, { uid, token }) {
  const given = typeof url === 'function' ? url({ uid, token }) : url
  return new URL(given, globalThis.location?.href)
}

/** Options of a `fetch`: with the token, past every cache, and without following a provider that is closed. */
export function requestWith({ token }, { credentials, headers }, signal) {
  return {
    headers: { ...(token && { Authorization: `Bearer ${token}` }), ...headers },
    ...(credentials && { credentials }),
    cache: 'no-store',
    signal,
  }
}

/** Ends a feed whose request was answered so: a refusal of the credentials is told from anything else. */
export function refused(feed, { status }) {
  if (status === 401 || status === 403) feed.denied(`the server answered ${status}`)
  else feed.lost(`the server answered ${status}`)
}
