// The rows of the table, made from what was measured, and the table and the picture made from them.

import { bars, digits, table } from '../lib/report.mjs'
import { median } from '../lib/rounds.mjs'

export const OURS = 'remote-refresh'
/** Ours too, with nothing on disk. */
export const IN_MEMORY = 'remote-refresh --memory'
export const PEER_ON_DISK = 'nchan with Redis'

/** Who promises the same: ours, and the peers it is compared with. */
export const promises = [
  { title: 'on disk before it is answered', ours: OURS, peers: [PEER_ON_DISK] },
  { title: 'in memory', ours: IN_MEMORY, peers: ['nchan', 'pushpin'] },
]

/** Each row: which scenario it is of, its number, and whether more or less of it is better. */
export const rows = [
  { name: 'memory per idle stream, KiB', of: 'own streams', value: run => run.bytesPerStream / 1024, better: 'less' },
  { name: 'notify → delivered, p50, ms', of: 'own streams', value: run => run.latency.p50, better: 'less' },
  { name: 'notify → delivered, p99, ms', of: 'own streams', value: run => run.latency.p99, better: 'less' },
  { name: 'fan-out of one path, deliveries/s', of: 'one path', value: run => run.delivered / run.secondsToLastDelivery, better: 'more' },
  ...['1 writer', '16 writers', '256 writers'].map(of => ({ name: `writes/s, ${of}`, of, value: run => run.acknowledged / run.secondsToLastAnswer, better: 'more' })),
]

/** For each row its median for each contestant; a run that does not count (`faults`) gives none. */
export function summary(results) {
  return rows.flatMap(({ name, of, value, better }) => {
    const runs = results[of]
    if (!runs) return []
    const values = Object.fromEntries(Object.entries(runs).map(([who, runs]) => {
      const good = runs.filter(({ faults }) => faults.length === 0)
      return [who, good.length > 0 ? median(good.map(value)) : undefined]
    }))
    return [{ name, better, values }]
  })
}

/** How many times as good as `other` it is; `undefined` where one of them has no number. */
export function timesAsGood({ values, better }, who, other) {
  const times = better === 'more' ? values[who] / values[other] : values[other] / values[who]
  return Number.isFinite(times) ? times : undefined
}

export function markdownTable(results) {
  const summed = summary(results)
  const measured = Object.keys(summed[0].values)
  const columns = promises.filter(({ ours }) => measured.includes(ours)).flatMap(({ ours, peers }) => {
    const there = peers.filter(who => measured.includes(who))
    const own = [ours, ...there].map(who => ({ title: who, cell: ({ values }) => number(values[who]) }))
    const compared = { title: `× ${there.length > 1 ? `the better of ${there.join(', ')}` : there}`, cell: row => times(row, ours, there) }
    return there.length > 0 ? [...own, compared] : own
  })
  return table(['', ...columns.map(({ title }) => title)], summed.map(row => [row.name, ...columns.map(({ cell }) => cell(row))]))
}

const number = value => (value >= 1000 ? Math.round(value).toLocaleString('en') : digits(value))

/** Ours beside the best of these peers. */
function times(row, ours, peers) {
  const each = peers.map(who => timesAsGood(row, ours, who)).filter(Number.isFinite)
  return each.length > 0 ? `**${digits(Math.min(...each))} ×**` : '–'
}

export function picture(results) {
  const summed = summary(results)
  const measured = Object.keys(summed[0].values)
  return bars({
    title: 'The feed server beside its peers',
    axis: 'times as good as ours: longer is better',
    series: measured,
    panels: promises.filter(({ ours }) => measured.includes(ours)).map(({ title, ours, peers }) => ({
      title,
      rows: summed.map(row => ({ name: row.name, values: Object.fromEntries([ours, ...peers].map(who => [who, timesAsGood(row, who, ours)])) })),
    })),
    most: 3,
    mark: 1,
  })
}
