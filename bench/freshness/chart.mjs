// A matrix of coloured cells in SVG: who did how in what.

const colours = { good: ['#d3f9d8', '#2b8a3e'], costly: ['#fff3bf', '#946200'], late: ['#ffe8cc', '#b0480a'], stale: ['#ffc9c9', '#c92a2a'] }
const escape = text => String(text).replace(/[&<>"]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c])

/**
 * @param {object} chart
 * @param {string} chart.title
 * @param {string[]} chart.columns
 * @param {{ name: string, cells: { state: keyof typeof colours, text: string, more: string }[] }[]} chart.rows
 * @param {Record<keyof typeof colours, string>} chart.legend
 */
export function matrix({ title, columns, rows, legend }) {
  const [left, width, height, top] = [330, 190, 36, 90]
  const out = []
  columns.forEach((name, c) => out.push(`<text class="head" x="${left + (c + 0.5) * width}" y="${top - 9}" text-anchor="middle">${escape(name)}</text>`))
  rows.forEach(({ name, cells }, r) => {
    const y = top + r * height
    out.push(`<text x="${left - 10}" y="${y + height / 2 + 4}" text-anchor="end">${escape(name)}</text>`)
    cells.forEach(({ state, text, more }, c) => {
      const [fill, ink] = colours[state]
      const x = left + c * width
      out.push(`<rect x="${x + 1}" y="${y + 1}" width="${width - 2}" height="${height - 2}" rx="3" fill="${fill}"/>`)
      out.push(`<text class="cell" x="${x + width / 2}" y="${y + 15}" text-anchor="middle" fill="${ink}">${escape(text)}</text>`)
      out.push(`<text class="more" x="${x + width / 2}" y="${y + 28}" text-anchor="middle" fill="${ink}">${escape(more)}</text>`)
    })
  })
  let at = 16
  const keys = Object.entries(legend).map(([state, text]) => {
    const x = at
    at += 34 + text.length * 6
    return `<rect x="${x}" y="38" width="12" height="12" rx="2" fill="${colours[state][0]}" stroke="${colours[state][1]}"/><text x="${x + 18}" y="48">${escape(text)}</text>`
  })
  const [w, h] = [Math.max(left + columns.length * width + 16, at), top + rows.length * height + 16]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" font-family="system-ui, sans-serif" font-size="12" fill="#212529">`,
    '<style>.title { font-size: 16px; font-weight: 600 } .head, .cell { font-weight: 600 } .more { font-size: 10px }</style>',
    `<rect width="${w}" height="${h}" fill="#fff"/>`,
    `<text class="title" x="16" y="24">${escape(title)}</text>`,
    ...keys,
    ...out,
    '</svg>',
  ].join('\n')
}
