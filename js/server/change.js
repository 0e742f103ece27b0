// What a call of `remoteRefresh` asks for: checked, merged with what others ask for, and written as the values of the user's
// node. Pure: nothing is sent here.
import { NotifierError } from './error.js'

/** What may happen to a record. */
const OPERATIONS = ['added', 'changed', 'removed']

/** Longest key of the Realtime Database, in bytes of UTF-8 (its documented limit). */
const MAX_KEY_BYTES = 768

/** Types in one change: enough for any app, and keeps one request within the feed's limits. */
const MAX_TYPES = 100

/** What no key may contain: the database's own signs, control characters, and halves of surrogate pairs, which UTF-8 lacks. */
const BAD_IN_KEY = /[.$#[\]/\u0000-\u001f\u007f]|\p{Surrogate}/u

/** Says why `key` cannot be a key of the database; `undefined` when it can. */
function keyFault(key) {
  if (key === '') return 'it is empty'
  if (BAD_IN_KEY.test(key)) return 'it contains one of . $ # [ ] / or a control character'
  if (new TextEncoder().encode(key).length > MAX_KEY_BYTES) return `it is longer than ${MAX_KEY_BYTES} bytes`
}

/** The ids as distinct strings; rejects all of them when one is not an id. */
export function uniqueUsers(userIds) {
  const single = typeof userIds === 'string' || typeof userIds === 'number'
  if (!single && typeof userIds?.[Symbol.iterator] !== 'function')
    throw new NotifierError('bad-user-id', 'userIds must be an id or a list of ids')
  const given = single ? [userIds] : [...userIds]
  const bad = (id, why) => new NotifierError('bad-user-id', `${shown(id)} is not a user id: ${why}. Nobody was told`, { failed: given })

  const users = new Set()
  for (const id of given) {
    if (typeof id !== 'string' && !Number.isSafeInteger(id)) throw bad(id, 'an id is a string or a whole number')
    const fault = keyFault(String(id))
    if (fault) throw bad(id, fault)
    users.add(String(id))
  }
  return [...users]
}

/**
 * A change, checked.
 *
 * @typedef {object} Checked
 * @property {Map<string, { count: number, op: string, id: string | number | null }>} types how many records of each type,
 *   and what happened last, to which; none when everything has to be refreshed
 * @property {number} version by how much the user's count moves: see `merged`
 * @property {string | null} origin
 * @property {number | null} spread
 */

/** Checks what changed; `users` are named in the error. @returns {Checked} */
export function readChange(change, users) {
  const bad = message => new NotifierError('bad-change', message, { failed: users })
  if (!isRecord(change)) throw bad('the change must be an object such as { models: { Message: id } }')
  const { models, origin, spread, ...unknown } = change
  for (const name in unknown) throw bad(`${shown(name)} is no part of a change: it may have models, origin and spread`)
  if (origin != null && !isText(origin)) throw bad('origin must be the id of the client that caused the change, a non-empty string')
  if (spread != null && !(Number.isFinite(spread) && spread >= 0)) throw bad('spread must be a number of milliseconds, 0 or more')

  const given = Array.isArray(models) ? models.map(type => [type, true]) : isRecord(models) ? Object.entries(models) : []
  if (models !== undefined && !Array.isArray(models) && !isRecord(models)) throw bad('models must be a list of types or an object such as { Message: id }')
  const types = new Map()
  for (const [type, records] of given) {
    const fault = typeof type === 'string' ? keyFault(type) : 'it is not a string'
    if (fault) throw bad(`${shown(type)} is not a model type: ${fault}`)
    const list = Array.isArray(records) ? records : [records]
    if (list.length === 0) throw bad(`${type} names no record: leave it out, or give true for any record`)
    for (const what of list) types.set(type, plus(types.get(type), readRecord(type, what, bad)))
  }
  if (types.size > MAX_TYPES) throw bad(`models may name ${MAX_TYPES} types at most; leave it out to refresh everything`)
  return { types, version: 1, origin: origin ?? null, spread: spread ?? null }
}

/** One record of a type: its id, `{ op, id }`, or `true` for any. */
function readRecord(type, what, bad) {
  const { op = 'changed', id = null } = what === true ? {} : isRecord(what) ? what : { id: what ?? '' }
  if (!OPERATIONS.includes(op)) throw bad(`${shown(op)} is not an operation on ${type}: use ${OPERATIONS.join(', ')}`)
  if (id !== null && !isText(id) && !Number.isFinite(id))
    throw bad(`${type} needs the record's id (a string or a number), { op, id }, true for any record, or a list of these`)
  return { count: 1, op, id }
}

/** Two notes on one type: the counts add up, the last word stays. */
const plus = (earlier, later) => (earlier ? { ...later, count: earlier.count + later.count } : later)

/**
 * Two changes of one user as one write.
 *
 * `version` counts writes, since that is what a browser can miss; so it moves by one, and browsers trust the types, whose own
 * counts say how many records changed. A change that names no types among others that do makes it move by two: something has
 * changed that the types don't tell of, and everything is refreshed.
 *
 * @param {Checked} earlier
 * @param {Checked} later
 * @returns {Checked}
 */
export function merged(earlier, later) {
  const mixed = (earlier.types.size === 0) !== (later.types.size === 0)
  let types = new Map(earlier.types)
  for (const [type, note] of later.types) types.set(type, plus(types.get(type), note))
  // Without types everything is refreshed, which is right for so many.
  if (types.size > MAX_TYPES) types = new Map()
  return {
    types,
    version: Math.max(earlier.version, later.version, mixed ? 2 : 1),
    // An echo is left out by the client that caused it: it must be the echo of both.
    origin: earlier.origin === later.origin ? earlier.origin : null,
    // Nobody waits longer than they would have for the more urgent of the two.
    spread: earlier.spread === null || later.spread === null ? null : Math.min(earlier.spread, later.spread),
  }
}

/** What one user's node gets, as `[path below the node, value as JSON]`. @param {Checked} change */
function fieldsOf({ types, version, origin, spread }) {
  const increment = by => ({ '.sv': { increment: by } })
  const fields = [
    ['updated', { '.sv': 'timestamp' }],
    ['version', increment(version)],
    // null deletes: an origin or a spread of an earlier change must not speak for this one.
    ['origin', origin],
    ['spread', spread],
  ]
  for (const [type, { count, op, id }] of types)
    fields.push([`models/${type}/version`, increment(count)], [`models/${type}/op`, op], [`models/${type}/id`, id])
  return fields.map(([path, value]) => [path, JSON.stringify(value)])
}

/**
 * Multi-path PATCHes that tell these users, each of some users: as many as `most`, fewer when their text grows past `bytes`.
 *
 * @param {[string, Checked][]} told each user once, with what they are told
 * @returns {Generator<{ users: string[], body: string }>}
 */
export function* patches(told, most, bytes) {
  let users = []
  let parts = []
  let size = 0
  let fields
  let of
  for (const [user, change] of told) {
    if (change !== of) [of, fields] = [change, fieldsOf(change)]
    const part = fields.map(([path, value]) => `${JSON.stringify(`users/${user}/${path}`)}:${value}`).join(',')
    if (users.length === most || (users.length > 0 && size + part.length > bytes)) {
      yield { users, body: `{${parts.join(',')}}` }
      users = []
      parts = []
      size = 0
    }
    users.push(user)
    parts.push(part)
    size += part.length
  }
  if (users.length > 0) yield { users, body: `{${parts.join(',')}}` }
}

/** Whether it is a string with something in it. */
export function isText(value) {
  return typeof value === 'string' && value !== ''
}

function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value for an error message, short. */
function shown(value) {
  const text = typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' && value !== null ? 'an object' : String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
