// The docs' JavaScript and TypeScript, checked by TypeScript against the package's own types.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'

/** Plain JavaScript has no types of its own: what it takes may be anything, what it calls of ours may not. */
const OPTIONS = {
  allowJs: true, checkJs: true, noEmit: true, strict: true, noImplicitAny: false, noImplicitThis: false, useUnknownInCatchVariables: false,
  module: 'nodenext', target: 'es2022', lib: ['es2022', 'dom', 'dom.iterable'], types: ['node'], skipLibCheck: true,
  allowUmdGlobalAccess: true,
}

/**
 * Checks modules, each `{ page, line, language, title, parts }` of one or more blocks, `{ line, code }`. Gives faults as
 * `{ page, line, what }`. `root` is the repository. Blocks of a page import those with a title by `./title`.
 */
export function checkTypes(blocks, root) {
  mkdirSync(`${root}/test-results`, { recursive: true })
  // Inside the repository, where the package is found by its own name and others are in node_modules.
  const folder = mkdtempSync(`${root}/test-results/docs-types-`)
  try {
    return check(blocks, root, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function check(blocks, root, folder) {
  const origin = new Map()
  for (const block of blocks) {
    const inside = `${folder}/${basename(block.page, '.md')}`
    mkdirSync(inside, { recursive: true })
    const extension = block.language === 'ts' ? 'ts' : 'js'
    const name = block.title?.endsWith(`.${extension}`) ? block.title : `line-${block.line}.${extension}`
    origin.set(`${basename(block.page, '.md')}/${name}`, block)
    writeFileSync(`${inside}/${name}`, moduleOf(block.parts))
  }
  const here = `${root}/tests/docs`
  const files = [`${here}/readers.d.ts`, `${root}/js/script.d.ts`]
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions: { ...OPTIONS, typeRoots: [`${root}/node_modules/@types`] }, files, include: ['./**/*'] }))
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${root}/node_modules/typescript/bin/tsc`, '--project', folder, '--pretty', 'false'], { cwd: folder, encoding: 'utf8' })
  const faults = []
  for (const line of stdout.split('\n')) {
    const [, file, at, what] = /^(.+?)\((\d+),\d+\): error (.*)$/.exec(line) ?? []
    if (file === undefined) continue
    const block = origin.get(file)
    faults.push({ page: block?.page ?? file, line: Number(at), what })
  }
  if (status !== 0 && !faults.length) throw new Error(`tsc failed: ${stdout}${stderr}`)
  return faults
}

/** Each part where it is in the page, so that TypeScript's lines are the page's; and a module, also if it imports nothing. */
function moduleOf(parts) {
  const lines = []
  for (const { line, code } of parts) {
    while (lines.length < line - 1) lines.push('')
    lines.push(...code.split('\n'))
  }
  return `${lines.join('\n')}\nexport {}\n`
}
