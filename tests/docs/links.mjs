// Links of the docs: pages, headings, pictures and paths in code spans exist.
import { existsSync } from 'node:fs'
import { posix } from 'node:path'
import { readPage } from './page.mjs'

/** Paths of this repository as the text names them; not `NAME`s and other stand-ins. */
const PATH = /^(?:crates|js|src|tests|docs|scripts|bench|www|fuzz|\.ci)\/[\w./-]+$/

/** What is wrong with a page's links. `root` is the repository; addresses elsewhere are not asked for. */
export function checkLinks(page, root) {
  const faults = []
  for (const { line, target } of page.links) {
    if (/^[a-z]+:/.test(target)) continue
    const [path, anchor] = target.split('#')
    const file = path ? posix.normalize(posix.join(posix.dirname(page.path), path)) : page.path
    if (file !== page.path && !existsSync(`${root}/${file}`)) {
      faults.push({ line, what: `a link to ${target}: there is no ${file}` })
    } else if (anchor !== undefined && file.endsWith('.md')) {
      const { anchors } = file === page.path ? page : readPage(file)
      if (!anchors.has(anchor)) faults.push({ line, what: `a link to ${target}: no heading of ${file} has that anchor` })
    }
  }
  for (const { line, code } of page.spans) {
    if (PATH.test(code) && !/NAME/.test(code) && !existsSync(`${root}/${code}`)) {
      faults.push({ line, what: `${code}: there is no such file or folder` })
    }
  }
  return faults
}
