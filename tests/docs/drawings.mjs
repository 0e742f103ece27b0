// Drawings in pages: Mermaid itself reads them, as the sites do that show the pages.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(import.meta.url)

/** Faults of `blocks` (`{ page, line, code }`), as `{ page, line, what }`. */
export function checkDrawings(blocks) {
  if (blocks.length === 0) return []
  // Mermaid answers later, and looks for a page's globals when it is loaded.
  const { status, stdout, stderr } = spawnSync(process.execPath, [here], { input: JSON.stringify(blocks), encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

if (process.argv[1] === here) {
  const { JSDOM } = await import('jsdom')
  const { window } = new JSDOM('')
  Object.assign(globalThis, { window, document: window.document })
  const { default: mermaid } = await import('mermaid')
  const faults = []
  for (const { page, line, code } of JSON.parse(readFileSync(0, 'utf8'))) {
    await mermaid.parse(code).catch(({ message }) => faults.push({ page, line, what: `Mermaid says: ${message.replace(/\s+/g, ' ')}` }))
  }
  console.log(JSON.stringify(faults))
}
