// Takes out of a text what may be a secret: what is shown may be looked at over a shoulder, and what is copied ends up in an issue.
//
// A list of what may be shown, not of what may not: of an address's query only values that are too short and too plain for a token,
// under a name that doesn't speak of one; no user and password; no word that looks like a token, wherever it stands.

const HIDDEN = '…'

/** A query's value that may be shown: a page, a number, a sort order. */
const PLAIN = /^[\w.,:+ -]{0,16}$/

/** Names of parameters, headers and fields that speak of a secret. */
const SENSITIVE = /auth|token|secret|passw|pwd|key|sig|session|sid|jwt|code|credential|nonce|otp|^id_?t/i

/** What no word of a language is: JSON Web Tokens, and letters with digits that go on for longer than any id (a UUID has 36). */
const JWT = /\beyJ[\w-]+(?:\.[\w-]*){0,4}/g
const LONG = /[\w+/=~-]*[\w+=~-]{37,}[\w+/=~-]*/g

/** `token=…`, `"password": "…"`, `Authorization: Bearer …`: the name stays, what follows goes. */
const NAMED = /((?:auth|token|secret|passw|pwd|apikey|api_key|session|jwt|credential)[\w-]*["']?\s*[:=]\s*["']?(?:(?:bearer|basic) )?)([^\s"'&,;)}\]]{4,})/gi
const BEARER = /\b(bearer |basic )([\w+/=.~-]{4,})/gi

/** An address or a path with a query, in the midst of other words. */
const QUERY = /([?&#])([^\s"'<>)]*)/g

/** The text without what may be a secret in it, and no longer than `limit` characters. */
export function redact(text, limit = 300) {
  const clean = String(text)
    .replace(/\/\/[^\s/@]+@/g, `//${HIDDEN}@`)
    .replace(QUERY, (_, mark, rest) => mark + rest.split(/(?=[&#?])/).map(parameter).join(''))
    .replace(NAMED, (_, name) => name + HIDDEN)
    .replace(BEARER, (_, name) => name + HIDDEN)
    .replace(JWT, HIDDEN)
    .replace(LONG, word => /\d/.test(word) ? HIDDEN : word)
  return clean.length > limit ? `${clean.slice(0, limit)}${HIDDEN}` : clean
}

/** One `name=value`, with the mark before it where it is not the first. */
function parameter(text) {
  const at = text.indexOf('=')
  if (at < 0) return text.length <= 24 ? text : HIDDEN
  const value = text.slice(at + 1)
  return PLAIN.test(decode(value)) && !SENSITIVE.test(text.slice(0, at)) ? text : `${text.slice(0, at)}=${value && HIDDEN}`
}

function decode(value) {
  try {
    return decodeURIComponent(value)
  } catch {
    return HIDDEN // not to be shown
  }
}
