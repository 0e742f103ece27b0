// The rows of the table, made from what was measured, and the table and the picture made from them.

import { bars, digits, table } from '../lib/report.mjs'
import { median } from '../lib/rounds.mjs'

export const OURS = 'remote-refresh'
/** Ours too, with nothing on disk: what the peers promise, and no more. */
export const IN_MEMORY = 'remote-refresh --memory'

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
    return [{ name, better, values, times: timesAsGood(values, better) }]
  })
}

/** How many times as good as ours each is. */
function timesAsGood(values, better) {
  const ours = values[OURS]
  return Object.fromEntries(Object.entries(values).map(([who, value]) => [who, better === 'more' ? value / ours : ours / value]))
}

export function markdownTable(results) {
  const summed = summary(results)
  const names = Object.keys(summed[0].values)
  const own = [OURS, IN_MEMORY].filter(name => names.includes(name))
  const peers = names.filter(name => !own.includes(name))
  const compared = peers.length > 0 ? own : []
  const cell = (values, who) => (values[who] === undefined ? '–' : values[who] >= 1000 ? Math.round(values[who]).toLocaleString('en') : digits(values[who]))
  const title = who => (who === OURS ? 'ours, × the best peer' : 'in memory, × the best peer')
  return table(['', ...names, ...compared.map(title)], summed.map(({ name, values, times }) => {
    const best = Math.max(...peers.map(who => times[who]).filter(Number.isFinite))
    const ratio = who => times[who] / best
    return [name, ...names.map(who => cell(values, who)), ...compared.map(who => (Number.isFinite(best) && Number.isFinite(ratio(who)) ? `${digits(ratio(who))} ×` : '–'))]
  }))
}

export function picture(results) {
  const summed = summary(results)
  return bars({
    title: 'The feed server beside its peers',
    axis: 'times as good as remote-refresh: longer is better',
    series: Object.keys(summed[0].values),
    panels: [{ title: 'one machine, one run', rows: summed.map(({ name, times }) => ({ name, values: times })) }],
    most: 3,
    mark: 1,
  })
}
