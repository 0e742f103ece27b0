// Writes results down: a table in Markdown, bars in SVG, everything in JSON. Lines are short, so that a diff says what changed.

import { mkdirSync, writeFileSync } from 'node:fs'

const folder = new URL('../results/', import.meta.url)

/** Writes `bench/results/<name>.<extension>` for each of the texts. */
export function write(name, texts) {
  mkdirSync(folder, { recursive: true })
  for (const [extension, text] of Object.entries(texts)) {
    writeFileSync(new URL(`${name}.${extension}`, folder), text.endsWith('\n') ? text : `${text}\n`)
    console.log(`bench/results/${name}.${extension}`)
  }
}

/** Three digits are enough, and all that a noisy machine gives. */
export function digits(number) {
  if (number === undefined || Number.isNaN(number)) return '–'
  if (number >= 100) return String(Math.round(number))
  return number >= 10 ? number.toFixed(1) : number.toFixed(2)
}

/** A Markdown table; the first column to the left, the others to the right. */
export function table(head, rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i ? '---:' : '---'))), ...rows.map(line)].join('\n')
}

const colours = ['#d9480f', '#868e96', '#1971c2', '#2f9e44', '#9c36b5', '#f08c00', '#495057']
const escape = text => String(text).replace(/[&<>"]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c])

/**
 * A bar chart: panels side by side, rows below each other, in each row a bar for each series.
 * @param {object} chart
 * @param {string} chart.title
 * @param {string} chart.axis what a bar's length means
 * @param {string[]} chart.series
 * @param {{ title: string, rows: { name: string, values: Record<string, number | undefined> }[] }[]} chart.panels
 * @param {number} [chart.most] longer bars are cut here and show their number
 * @param {number} [chart.mark] where to draw a line
 */
export function bars({ title, axis, series, panels, most, mark }) {
  const [bar, gap, left, width, top] = [7, 8, 240, 360, 74]
  const values = panels.flatMap(({ rows }) => rows.flatMap(({ values }) => Object.values(values).filter(Number.isFinite)))
  const end = most ?? Math.max(...values)
  const x = value => (Math.min(value, end) / end) * width
  const heights = panels.map(({ rows }) => rows.reduce((sum, { values }) => sum + count(values) * bar + gap, 0))
  const panelWidth = left + width + 50
  const out = []
  panels.forEach((panel, p) => {
    out.push(`<g transform="translate(${p * panelWidth} 0)">`)
    out.push(`<text class="panel" x="${left}" y="${top - 10}">${escape(panel.title)}</text>`)
    let y = top
    for (const { name, values } of panel.rows) {
      out.push(`<text x="${left - 8}" y="${y + (count(values) * bar) / 2 + 4}" text-anchor="end">${escape(name)}</text>`)
      series.forEach((label, s) => {
        const value = values[label]
        if (!Number.isFinite(value)) return
        const text = `${label}: ${digits(value)}`
        out.push(`<rect x="${left}" y="${y}" width="${x(value).toFixed(1)}" height="${bar - 1}" fill="${colours[s % colours.length]}"><title>${escape(text)}</title></rect>`)
        if (value > end) out.push(`<text class="value" x="${left + width + 3}" y="${y + bar - 1}">${digits(value)}</text>`)
        y += bar
      })
      y += gap
    }
    if (mark !== undefined) out.push(`<line x1="${left + x(mark)}" x2="${left + x(mark)}" y1="${top - 4}" y2="${y}" stroke="#212529" stroke-dasharray="3 3"/>`)
    out.push('</g>')
  })
  const legend = series.map((label, s) => {
    const at = 16 + series.slice(0, s).reduce((sum, before) => sum + 40 + before.length * 6, 0)
    return `<rect x="${at}" y="34" width="10" height="10" fill="${colours[s % colours.length]}"/><text x="${at + 15}" y="43">${escape(label)}</text>`
  })
  const [w, h] = [panels.length * panelWidth + 10, top + Math.max(...heights) + 30]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" font-family="system-ui, sans-serif" font-size="11" fill="#212529">`,
    '<style>.title { font-size: 15px; font-weight: 600 } .panel { font-weight: 600 } .value { font-size: 8px }</style>',
    `<rect width="${w}" height="${h}" fill="#fff"/>`,
    `<text class="title" x="16" y="22">${escape(title)}</text>`,
    ...legend,
    ...out,
    `<text x="${left}" y="${h - 10}">${escape(axis)}</text>`,
    '</svg>',
  ].join('\n')
}

const count = values => Object.values(values).filter(Number.isFinite).length
