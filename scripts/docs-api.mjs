// docs/api.md from the type declarations: each entry point, each name it exports, each member, in the words of their comments.
//
// Not by typedoc, whose pages are many and show types as the compiler sees them: one page to search in, with what one writes.
import { existsSync, readFileSync } from 'node:fs'
import ts from 'typescript-5'

/** What is imported → the file that declares it. */
const ENTRIES = [
  ['remote-refresh', 'index'],
  ['remote-refresh/async', 'async'],
  ['remote-refresh/server', 'server'],
  ['remote-refresh/providers', 'providers'],
  ['remote-refresh/firebase', 'firebase'],
  ['remote-refresh/testing', 'testing'],
  ['remote-refresh/inspector', 'inspector'],
  ['The script', 'script'],
]

/** Files whose names are exported by others, and written down where they are first. */
const SHARED = { 'remote-refresh': ['events', 'provider', 'inspect'] }

/** Declared in a shared file, and exported by no entry. */
const INTERNAL = new Set(['ExplainedStep', 'FeedStatus'])

/** What one looks for first in the first entry point; the others follow as they are declared. */
const FIRST = ['App', 'createApp', 'AppOptions', 'ConnectOptions', 'FollowOptions', 'Auth', 'Token', 'Since', 'Feed', 'FeedState', 'FeedReason', 'LiveOptions', 'AppEvents']

const INTRODUCTION = `# API reference

Written by \`node scripts/docs.mjs\` from the type declarations in \`js\`. For a first look, the tables in the [README](../README.md#api)
are shorter.
`

/** Names without a comment, as they are met. */
let undocumented = []

/** The whole page, and the names that lack a comment. */
export function apiPage() {
  const parts = [INTRODUCTION]
  undocumented = []
  for (const [name, file] of ENTRIES) {
    if (!existsSync(`js/${file}.d.ts`)) continue
    const source = parse(file)
    parts.push(`## ${name.includes(' ') ? name : `\`${name}\``}\n`)
    const about = commentOf(source.statements[0], true) ?? leadingComment(source)
    if (about) parts.push(`${prose(about)}\n`)
    const again = reexports(source)
    if (again) parts.push(again)
    const sections = [source, ...(SHARED[name] ?? []).map(parse)].flatMap(declarations).filter(({ name }) => !INTERNAL.has(name))
    const rank = ({ name }) => (FIRST.indexOf(name) + 1 || FIRST.length + 1)
    if (file === 'index') sections.sort((a, b) => rank(a) - rank(b))
    if (sections.length) parts.push(`${sections.filter(({ name }) => name).map(({ name, anchor }) => `[\`${name}\`](#${anchor})`).join(' · ')}\n`)
    parts.push(...sections.map(({ text }) => text))
  }
  return { text: `${parts.join('\n').replace(/\n{3,}/g, '\n\n').trim()}\n`, undocumented }
}

const parse = file => ts.createSourceFile(`${file}.d.ts`, readFileSync(`js/${file}.d.ts`, 'utf8'), ts.ScriptTarget.Latest, true)

// Declarations
// ------------

function declarations(source) {
  const parts = []
  const seen = new Set()
  const values = []
  for (const node of source.statements) {
    const exported = ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export
    if (ts.isVariableStatement(node) && exported) {
      values.push(...node.declarationList.declarations.map(({ name }) => name.text))
    } else if (exported && node.name && !seen.has(node.name.text)) {
      // The type of buses is an alias of what events.d.ts declares.
      if (ts.isTypeAliasDeclaration(node) && node.name.text === 'Events') continue
      if (!ts.isFunctionDeclaration(node)) seen.add(node.name.text)
      parts.push(declaration(node))
    }
  }
  if (values.length) parts.push({ text: `${values.map(code).join(', ')}: exported by name as well, and \`App\` by default.\n` })
  return parts
}

function declaration(node) {
  const isDefault = ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Default
  if (ts.isFunctionDeclaration(node)) {
    const rows = node.parameters.flatMap(({ type }) => (type ? documented(type, '') : []))
    return section(`${node.name.text}${parameters(node)}${isDefault ? ', the default export' : ''}`, node, [
      `Gives ${code(node.type.getText())}.`,
      tagged(node),
      table(rows),
    ])
  }
  if (ts.isTypeAliasDeclaration(node)) {
    const cases = [...node.getText().matchAll(/\/\*\* (.*?) \*\/\s*\|\s*('[^']+')/g)].map(([, text, name]) => ({ name, type: '', text }))
    const definition = cases.length ? '' : `${code(flat(node.type))}\n`
    return section(`${node.name.text}`, node, [definition, tagged(node), table(cases.length ? cases : documented(node.type, ''))])
  }
  const rows = members(node.members, '')
  undocumented.push(...rows.filter(({ name, text }) => !text && !name.startsWith('new(')).map(row => `${node.name.text}.${row.name}`))
  return section(node.name.text, node, [table(rows)])
}

/** A part of the page, with the name and the anchor of its heading. */
function section(title, node, rest) {
  const name = node.name.text
  const about = commentOf(node)
  const parents = (node.heritageClauses ?? []).flatMap(({ types }) => types).map(type => code(type.getText()))
  if (!about) undocumented.push(name)
  const [, heading, more = ''] = /^(\S.*?)(, the default export)?$/.exec(title)
  return {
    name,
    anchor: `${heading}${more}`.toLowerCase().replace(/[^a-z0-9_ -]/g, '').replaceAll(' ', '-'),
    text: `${[`### \`${heading}\`${more}`, prose(about ?? ''), parents.length && `Extends ${parents.join(', ')}.`, ...rest].filter(Boolean).join('\n\n')}\n`,
  }
}

/** What is exported here and written down elsewhere. */
function reexports(source) {
  const things = source.statements.filter(ts.isExportDeclaration).flatMap(node => {
    const from = node.moduleSpecifier?.text.replace(/^\.\/|\.js$/g, '')
    if (node.exportClause?.elements) return node.exportClause.elements.map(({ name }) => code(name.text))
    return from ? [`${node.isTypeOnly ? 'the types' : 'all'} of ${code(ENTRIES.find(([, file]) => file === from)[0])}`] : []
  })
  // What index.d.ts passes on is written down with it.
  return things.length && source.fileName !== 'index.d.ts' ? `Exported as well: ${things.join(', ')}.\n` : ''
}

// Members
// -------

/** Rows for the members of an interface, a class or a type's literal; `before` is what they are reached by. */
function members(list, before) {
  const rows = new Map()
  for (const member of list) {
    const name = `${before}${memberName(member)}`
    const known = rows.get(name)
    if (known) {
      const more = commentOf(member)
      if (more && !known.text.includes(more)) known.text = `${known.text} ${more}`
      continue
    }
    if (member.type && ts.isTypeLiteralNode(member.type)) {
      const text = commentOf(member)
      if (text) rows.set(name, { name, type: '', text })
      for (const row of members(member.type.members, `${name}.`)) rows.set(row.name, row)
      continue
    }
    rows.set(name, { name, type: typeOf(member), text: [commentOf(member), tagged(member, true)].filter(Boolean).join(' ') })
  }
  return [...rows.values()]
}

/** The members of all literals within a type, where they are documented. */
function documented(type, before) {
  if (ts.isTypeLiteralNode(type)) return members(type.members, before).filter(({ text }) => text)
  const rows = []
  ts.forEachChild(type, child => { rows.push(...(ts.isTypeNode(child) ? documented(child, before) : [])) })
  return rows
}

function memberName(member) {
  if (ts.isConstructorDeclaration(member)) return `new${parameters(member)}`
  if (ts.isIndexSignatureDeclaration(member)) return `[${member.parameters[0].name.text}]`
  const name = ts.isStringLiteral(member.name) ? member.name.text : member.name.getText()
  if (ts.isMethodSignature(member) || ts.isMethodDeclaration(member)) return `${name}${parameters(member)}`
  return `${name}${member.questionToken ? '?' : ''}`
}

const typeOf = member => {
  if (ts.isConstructorDeclaration(member) || !member.type) return ''
  const text = flat(member.type)
  return (ts.isMethodSignature(member) || ts.isMethodDeclaration(member)) && text !== 'this' ? `→ ${text}` : text === 'this' ? '' : text
}

const parameters = node => `(${node.parameters
  .filter(({ name }) => name.getText() !== 'this')
  .map(({ name, questionToken, dotDotDotToken, type }) => {
    const own = ts.isIdentifier(name) ? name.text : name.getText()
    const optional = questionToken || (type && ts.isUnionTypeNode(type) && type.types.some(each => each.kind === ts.SyntaxKind.UndefinedKeyword))
    return `${dotDotDotToken ? '...' : ''}${own}${optional ? '?' : ''}`
  })
  .join(', ')})`

const printer = ts.createPrinter({ removeComments: true })

/** A type in one line, without comments. */
const flat = type => printer.printNode(ts.EmitHint.Unspecified, type, type.getSourceFile())
  .replace(/\s+/g, ' ').replace(/; \}/g, ' }').replace(/^\| /, '').trim()

// Comments
// --------

function commentOf(node, isFile = false) {
  const docs = (node?.jsDoc ?? []).filter(doc => isFile === (doc.tags ?? []).some(({ tagName }) => tagName.text === 'packageDocumentation'))
  const text = docs.map(({ comment }) => ts.getTextOfJSDocComment(comment)).filter(Boolean).at(-1)
  return text
}

/** A file's own comment, where no package documentation is marked: only if an empty line is after it. */
function leadingComment(source) {
  const [, text] = /^\/\*\*\n([^]*?)\n \*\/\n(?:import|export \*)/.exec(source.text) ?? []
  return text?.includes('@packageDocumentation') || !text ? packageComment(source) : text.replace(/^ \* ?/gm, '')
}

function packageComment(source) {
  const [, text] = /^\/\*\*\n([^]*?)@packageDocumentation/.exec(source.text) ?? []
  return text?.replace(/^ \* ?/gm, '')
}

/** What the tags say: of parameters, and of errors. */
function tagged(node, inline = false) {
  const lines = ts.getJSDocTags(node).map(tag => {
    const text = ts.getTextOfJSDocComment(tag.comment)?.replace(/\s+/g, ' ').replace(/^- /, '')
    if (ts.isJSDocParameterTag(tag)) return `${code(tag.name.getText())}: ${text}`
    if (tag.tagName.text === 'throws') return `Throws ${text}`.replace(/^(.*[^.])$/, '$1.')
    return ''
  }).filter(Boolean).map(links)
  return inline ? lines.join('; ') : lines.map(line => `- ${line}`).join('\n')
}

/** Without examples, which the pages have, and with links as code. */
const prose = text => links(text).replace(/```[^]*?```/g, '').replace(/ \* /g, '').trim()

const links = text => text.replace(/\{@link ([^}]+)\}/g, '`$1`')

// Markdown
// --------

const code = text => `\`${text}\``

function table(rows) {
  if (!rows.length) return ''
  const cell = text => text.replace(/\n+- /g, '<br>· ').replace(/^- /, '· ').replace(/\s+/g, ' ').replaceAll('|', '\\|').trim()
  const typed = rows.some(({ type }) => type)
  const line = ({ name, type, text }) => [code(name), ...(typed ? [type && code(type)] : []), links(text)].map(cell).join(' | ')
  return [typed ? '| | | |\n|---|---|---|' : '| | |\n|---|---|', ...rows.map(row => `| ${line(row)} |`)].join('\n')
}
