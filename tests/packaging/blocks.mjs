// The code blocks of a page of the docs that name a file, as ```js title="name"```: what readers copy is what is run.
import { readFileSync } from 'node:fs'

/** The named blocks of a page, by name. `page` counts from the repository. */
export function blocks(page) {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
  return new Map([...text.matchAll(/^```\w+ title="([^"]+)"\n(.*?)^```$/gms)].map(([, name, code]) => [name, code]))
}
