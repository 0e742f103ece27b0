// Times and numbers in words. Times are milliseconds since the epoch.

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Words are in the page's language; the clock is the reader's own. */
const LANGUAGE = 'en'
const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const weekday = new Intl.DateTimeFormat(LANGUAGE, { weekday: 'long' })
const monthDay = new Intl.DateTimeFormat(LANGUAGE, { day: 'numeric', month: 'short' })
const whole = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: 'full', timeStyle: 'short' })
const relative = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: 'auto' })

/** The number of midnights between two times. */
export function daysBetween(earlier, later) {
  const midnight = time => new Date(time).setHours(0, 0, 0, 0)
  return Math.round((midnight(later) - midnight(earlier)) / (24 * HOUR))
}

/** For a list: "now", "5 min", "14:02", "yesterday", "Tuesday", "3 Oct". */
export function ago(time, now = Date.now()) {
  const age = now - time
  if (age < MINUTE) return 'now'
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`
  const days = daysBetween(time, now)
  if (days === 0) return clock.format(time)
  if (days === 1) return relative.format(-1, 'day')
  return days < 7 ? weekday.format(time) : monthDay.format(time)
}

/** For a line between days: "today", "yesterday", "Tuesday", "3 Oct". */
export function day(time, now = Date.now()) {
  const days = daysBetween(time, now)
  if (days < 2) return relative.format(-days, 'day')
  return days < 7 ? weekday.format(time) : monthDay.format(time)
}

/** The time of day. */
export const hour = time => clock.format(time)

/** Everything, for a tooltip. */
export const full = time => whole.format(time)

export const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`

/** "Ben, Chiara and Elif". */
export function names(list) {
  return new Intl.ListFormat(LANGUAGE, { style: 'long', type: 'conjunction' }).format(list)
}
