// The code blocks of a page of the docs that name a file, as ```js title="name"```: what readers copy is what is run.
import { readPage } from '../docs/page.mjs'

/** The named blocks of a page, by name. `page` counts from the repository. */
export function blocks(page) {
  return new Map(readPage(page).blocks.filter(({ title }) => title).map(({ title, code }) => [title, code]))
}
