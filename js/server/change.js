// What a call of `remoteRefresh` asks for, checked and put into the words of the user's node. Pure: nothing is sent here.
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

/** What one user's node gets, as `[path below the node, value]`; the same for all users of a call. */
export function changeFields(change, users) {
  const bad = message => new NotifierError('bad-change', message, { failed: users })
  if (!isRecord(change)) throw bad('the change must be an object such as { models: { Message: id } }')
  const { models, origin, spread, ...unknown } = change
  for (const name in unknown) throw bad(`${shown(name)} is no part of a change: it may have models, origin and spread`)
  if (origin != null && !isText(origin)) throw bad('origin must be the id of the client that caused the change, a non-empty string')
  if (spread != null && !(Number.isFinite(spread) && spread >= 0)) throw bad('spread must be a number of milliseconds, 0 or more')

  const types = Array.isArray(models) ? models.map(type => [type, true]) : isRecord(models) ? Object.entries(models) : []
  if (models !== undefined && !Array.isArray(models) && !isRecord(models)) throw bad('models must be a list of types or an object such as { Message: id }')
  if (types.length > MAX_TYPES) throw bad(`models may name ${MAX_TYPES} types at most; leave it out to refresh everything`)

  const increment = { '.sv': { increment: 1 } }
  const fields = [
    ['updated', { '.sv': 'timestamp' }],
    ['version', increment],
    // null deletes: an origin or a spread of an earlier change must not speak for this one.
    ['origin', origin ?? null],
    ['spread', spread ?? null],
  ]
  for (const [type, what] of types) {
    const fault = typeof type === 'string' ? keyFault(type) : 'it is not a string'
    if (fault) throw bad(`${shown(type)} is not a model type: ${fault}`)
    const { op = 'changed', id = null } = what === true ? {} : isRecord(what) ? what : { id: what ?? '' }
    if (!OPERATIONS.includes(op)) throw bad(`${shown(op)} is not an operation on ${type}: use ${OPERATIONS.join(', ')}`)
    if (id !== null && !isText(id) && !Number.isFinite(id))
      throw bad(`${type} needs the record's id (a string or a number), { op, id }, or true for any record`)
    fields.push([`models/${type}/version`, increment], [`models/${type}/op`, op], [`models/${type}/id`, id])
  }
  return fields
}

/** One multi-path PATCH for these users. */
export function patchBody(users, fields) {
  const body = {}
  for (const user of users) for (const [path, value] of fields) body[`users/${user}/${path}`] = value
  return JSON.stringify(body)
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
