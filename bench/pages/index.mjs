// A burst of changes while a long page is displayed: requests, time until all is up to date, long tasks; in Chromium.

import { readFileSync } from 'node:fs'
import { inPage } from '../lib/page.mjs'
import { machine, version } from '../lib/machine.mjs'
import { bars, digits, table, write } from '../lib/report.mjs'
import { median } from '../lib/rounds.mjs'

const CHANGES = 100
/** Between two changes, in ms. */
const PAUSE = 10

export default async function bench({ quick, only }) {
  const rounds = []
  let browser
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    const sizes = quick ? [100, 1000] : [100, 1000, 10_000]
    const measured = await inPage(new URL('page.mjs', import.meta.url), { sizes, changes: quick ? 20 : CHANGES, pause: PAUSE })
    browser = measured.browser
    rounds.push(measured.result)
  }
  const results = { machine: machine(), versions: { backbone: version('backbone') }, browser, pause: PAUSE, rounds }
  if (quick || only) console.log(overview(rounds))
  else write('pages', texts(results))
}

/** What is written down; it can be made again from what the JSON holds. */
export const texts = results => ({ md: markdown(results), json: JSON.stringify(results, null, 1), svg: chart(results) })

/** One row for each size: the median of the rounds. */
const rows = rounds => rounds[0].map((_, i) => {
  const of = name => median(rounds.map(round => round[i][name]))
  return Object.fromEntries(['views', 'changes', 'requests', 'settled', 'tasks', 'longest'].map(name => [name, of(name)]))
})

const count = number => Math.round(number).toLocaleString('en')

const overview = rounds => table(
  ['views, a model each', 'changes', 'requests', 'without pacing', 'ms until up to date', 'ms per view', 'tasks of 50 ms and more', 'longest, ms'],
  rows(rounds).map(({ views, changes, requests, settled, tasks, longest }) =>
    [count(views), count(changes), count(requests), count(views * changes), count(settled), digits(settled / views), count(tasks), count(longest)]))

const markdown = ({ machine, versions, browser, pause, rounds }) => `# Long pages: a burst of changes

Written by \`node bench/run.mjs pages\`. A page view with so many rows is displayed, each with a model of its own that is fetched from a server on this
machine by Backbone's \`fetch\`, and rendered when it changes. Then come changes, ${pause} ms apart. The medians of ${rounds.length} rounds, each in a browser of its own.

- **Without pacing**: the requests that the original's walk would make, which fetches every model for every change.
- **Tasks of 50 ms and more**: what the browser calls long tasks, whatever is in them: the walk, the fetches that start, answers, and the rows' own rendering.

${machine}. ${browser}. backbone ${versions.backbone}.

![Time until all is up to date, per view](pages.svg)

${overview(rounds)}

${readFileSync(new URL('notes.md', import.meta.url), 'utf8').trim()}
`

const chart = ({ browser, rounds }) => bars({
  title: 'A burst of changes on a long page: time until all is up to date, per view',
  axis: 'ms per view',
  series: ['remote-refresh'],
  panels: [{ title: browser, rows: rows(rounds).map(({ views, settled }) => ({ name: `${count(views)} views`, values: { 'remote-refresh': settled / views } })) }],
})
