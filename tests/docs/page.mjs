// A page of the docs as data: its code blocks, its headings' anchors, its links and its code spans.
import { readFileSync } from 'node:fs'

/**
 * A fenced block. Its info string is a language and words: `title="file.js"` names a file, `continues` says that it goes on where the
 * page's last block of that language ended, `unchecked="why"` that nothing can check it.
 *
 * @typedef {{ language: string, title?: string, continues: boolean, unchecked?: string, line: number, code: string }} Block
 */

/** Reads a page; `path` counts from the repository. */
export const readPage = path => parsePage(path, readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'))

/** The same for a text. Lines count from 1; a block's is the first of its code. */
export function parsePage(path, text) {
  /** @type {Block[]} */
  const blocks = []
  const faults = []
  const prose = []
  let fence
  text.split('\n').forEach((content, index) => {
    const line = index + 1
    const opens = /^( *)(```+)(.*)$/.exec(content)
    if (fence) {
      if (opens?.[2] === fence.marks && !opens[3].trim()) {
        blocks.push(fence.block)
        fence = undefined
      } else {
        fence.block.code += content.slice(Math.min(fence.indent, content.length - content.trimStart().length)) + '\n'
      }
      prose.push('')
    } else if (opens) {
      fence = { marks: opens[2], indent: opens[1].length, block: blockOf(opens[3], line + 1) }
      prose.push('')
    } else {
      if (/^(    |\t)\S/.test(content) && !(prose.at(-1) ?? '').trim()) {
        faults.push({ line, what: 'an indented code block: fence it, and name its language' })
      }
      prose.push(content)
    }
  })
  if (fence) faults.push({ line: fence.block.line, what: 'a code block that never ends' })
  return { path, blocks, faults, anchors: anchorsOf(prose), links: linksOf(prose), spans: spansOf(prose) }
}

function blockOf(info, line) {
  const word = name => new RegExp(`\\b${name}="([^"]*)"`).exec(info)?.[1]
  const [language = ''] = info.trim().split(/\s/)
  return { language, title: word('title'), continues: /\bcontinues\b/.test(info), unchecked: word('unchecked'), line, code: '' }
}

/** What GitHub makes of the headings. */
function anchorsOf(prose) {
  const anchors = new Set()
  for (const content of prose) {
    const heading = /^#{1,6} +(.*?) *$/.exec(content)?.[1]
    if (heading === undefined) continue
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '')
    const slug = text.toLowerCase().replace(/[^\p{L}\p{N}\p{M} _-]/gu, '').replace(/ /g, '-')
    let anchor = slug
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`
    anchors.add(anchor)
  }
  return anchors
}

/** Links and images, but not those in code spans. */
function linksOf(prose) {
  return prose.flatMap((content, index) =>
    [...content.replace(/`[^`]*`/g, '').matchAll(/(!?)\[[^\]]*\]\(([^)\s]+)[^)]*\)/g)]
      .map(([, image, target]) => ({ line: index + 1, image: Boolean(image), target })))
}

function spansOf(prose) {
  return prose.flatMap((content, index) =>
    [...content.matchAll(/(?<!`)`([^`]+)`(?!`)/g)].map(([, code]) => ({ line: index + 1, code })))
}
