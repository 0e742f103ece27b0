// All results on one page: bench/results/index.html, made of the Markdown that the benchmarks have written.

import { marked } from 'marked'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'

const folder = new URL('../results/', import.meta.url)

const style = `
:root { color-scheme: light dark; --line: light-dark(#dee2e6, #373a40); --soft: light-dark(#f8f9fa, #212327) }
body { margin: 0 auto; max-width: 72rem; padding: 1rem 1.5rem 4rem; font: 1rem/1.5 system-ui, sans-serif; background: light-dark(#fff, #1a1b1e); color: light-dark(#212529, #dee2e6) }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: .75rem 0; border-bottom: 1px solid var(--line) }
a { color: light-dark(#c92a2a, #ff8787) }
section { overflow-x: auto; padding-top: 1rem; border-bottom: 1px solid var(--line) }
img { max-width: 100%; background: #fff; border-radius: .5rem }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line) }
tbody tr:hover, code { background: var(--soft) }
`

/** Writes the page, and returns its path. */
export function writePage() {
  const names = readdirSync(folder).filter(file => file.endsWith('.md')).map(file => file.slice(0, -3)).sort()
  const sections = names.map(name => `<section id="${name}">\n${marked.parse(readFileSync(new URL(`${name}.md`, folder), 'utf8'))}</section>`)
  const links = names.map(name => `<a href="#${name}">${name}</a>`)
  writeFileSync(new URL('index.html', folder), `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>remote-refresh: benchmarks</title>
<style>${style}</style>
<nav aria-label="Benchmarks">${links.join(' ')}</nav>
<main>
${sections.join('\n')}
</main>
</html>
`)
  return 'bench/results/index.html'
}
