// The checker of the docs finds what is wrong: one broken page, and what it must say of it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { checkPages, root } from './check.mjs'
import { commandsOf } from './shell.mjs'
import { parsePage } from './page.mjs'

const programs = process.env.PROGRAMS ?? `${process.env.CARGO_TARGET_DIR ?? `${root}/target`}/debug`

/** The faults of a page with this text, as `line: what`. */
const faultsOf = text => checkPages([parsePage('docs/broken.md', text)], { programs }).faults.map(({ line, what }) => `${line}: ${what}`)

const fence = (info, ...lines) => ['```' + info, ...lines, '```'].join('\n')

for (const [name, text, expected] of [
  ['an option that the types do not know', fence('js', "import App from 'remote-refresh'", "App.connect({ url: 'https://a.example', uid: 1, colour: 'red' })"), /^3: TS\d+: .*colour/],
  ['a name that is not exported', fence('js', "import { nothing } from 'remote-refresh'"), /^2: TS\d+: .*nothing/],
  ['an entry point that there is not', fence('js', "import 'remote-refresh/nowhere'"), /^2: TS\d+: .*nowhere/],
  ['JavaScript that does not parse', fence('js', 'let a = ;'), /^2: TS\d+/],
  ['TypeScript with a wrong type', fence('ts', "import { createApp } from 'remote-refresh'", "createApp({ debounce: 'long' })"), /^3: TS\d+/],
  ['a script within a page', fence('html', '<p>', '<script>', '  RemoteRefresh.App.connekt()', '</script>'), /^4: TS\d+: .*connekt/],
  ['a file that the package has not', fence('html', '<script src="node_modules/remote-refresh/dist/none.js"></script>'), /^2: the package has no dist\/none.js/],
  ['JSON', fence('json', '{ "a": }'), /^2: JSON: /],
  ['a command that does not parse', fence('sh', 'if true; then'), /^2: bash says: /],
  ['an npm script', fence('sh', 'npm run fly'), /^2: npm run fly: /],
  ['a benchmark', fence('sh', 'npm run bench -- fly --quick'), /^2: npm run bench: its --help knows no fly/],
  ['a script of ours', fence('sh', 'scripts/check-nothing'), /^2: there is no scripts\/check-nothing/],
  ['a step of the tests', fence('sh', 'scripts/test native nothing'), /^2: scripts\/test has no step nothing/],
  ['a package of Rust', fence('sh', 'cargo run -p remote-refresh-nothing'), /^2: cargo run: there is no package remote-refresh-nothing/],
  ['a flag of a program', fence('sh', 'remote-refresh-server --data feed.redb --nothing'), /^2: remote-refresh-server: its --help knows no --nothing/],
  ['a flag behind cargo run', fence('sh', 'cargo run -p remote-refresh-sim -- --nothing'), /^2: simulate: its --help knows no --nothing/],
  ['a flag of a subcommand', fence('sh', 'remote-refresh-server token ann --keep-alive'), /^2: remote-refresh-server token: its --help knows no --keep-alive/],
  ['a command in the text', 'Then `npm run fly`.', /^1: npm run fly: /],
  ['a path in the text', 'It is in `js/nothing.js`.', /^1: js\/nothing.js: there is no such file/],
  ['Rust in a page that rustdoc does not read', fence('rust', 'fn main() {}'), /^2: .* takes no doc tests from docs\/broken.md/],
  ['a flag in a unit', fence('systemd', '[Service]', 'ExecStart=/usr/bin/remote-refresh-server --nothing'), /^2: remote-refresh-server: its --help knows no --nothing/],
  ['a variable in a unit', fence('systemd', '[Service]', 'ExecStart=/usr/bin/remote-refresh-server', 'Environment=REMOTE_REFRESH_NOTHING=1'), /^2: .* knows no REMOTE_REFRESH_NOTHING/],
  ['an instruction of a Dockerfile', fence('dockerfile', 'FROM scratch', 'RUNN true'), /^2: a Dockerfile has no RUNN/],
  ['a flag in a Dockerfile', fence('dockerfile', 'ENTRYPOINT ["remote-refresh-server", "--nothing"]'), /^2: remote-refresh-server: its --help knows no --nothing/],
  ['a variable in a Dockerfile', fence('dockerfile', 'ENV REMOTE_REFRESH_NOTHING=1'), /^2: .* knows no REMOTE_REFRESH_NOTHING/],
  ['a package in a Dockerfile', fence('dockerfile', 'COPY . /src', 'RUN cargo install --path /src/crates/nothing'), /^2: cargo install: there is no crates\/nothing/],
  ['a program that is not built', fence('dockerfile', 'FROM rust AS build', 'COPY --from=build /out/nothing /bin/'), /^2: COPY: no nothing is built/],
  ['a stage that there is not', fence('dockerfile', 'COPY --from=build /out/remote-refresh-server /bin/'), /^2: COPY: there is no stage build/],
  ['an entry point that is not JSON', fence('dockerfile', 'ENTRYPOINT [remote-refresh-server]'), /^2: ENTRYPOINT: /],
  ['a header', fence('http', 'no header'), /^2: no header: /],
  ['a drawing', fence('mermaid', 'flowchart LR', 'a -->'), /^2: Mermaid says: Parse error/],
  ['a kind of drawing that there is not', fence('mermaid', 'flowchard LR', 'a --> b'), /^2: Mermaid says: No diagram type/],
  ['a language that nothing checks', fence('cobol', 'STOP RUN.'), /^2: nothing checks cobol/],
  ['a block without a language', fence('', 'words'), /^2: a block without a language/],
  ['an indented block', 'Words:\n\n    code\n', /^3: an indented code block/],
  ['unchecked without a reason', fence('ini unchecked=""', '[Unit]'), /^2: unchecked needs a reason/],
  ['what never ends', '```js\nlet a', /^2: a code block that never ends/],
  ['a continuation of nothing', fence('js continues', 'let a'), /^2: continues what\?/],
  ['a link to no page', '[there](nowhere.md)', /^1: a link to nowhere.md/],
  ['a picture that is not there', '![there](nowhere.png)', /^1: a link to nowhere.png/],
  ['a heading that is not there', '# Here\n[there](#gone)', /^2: a link to #gone/],
  ['a heading of another page', '[there](notifier.md#gone)', /^1: a link to notifier.md#gone/],
]) {
  test(`a broken page is found: ${name}`, () => {
    const faults = faultsOf(text)
    assert.equal(faults.length, 1, faults.join('\n'))
    assert.match(faults[0], expected)
  })
}

for (const [program, text, expected] of [
  ['systemd-analyze', fence('systemd', '[Service]', 'ExecStart=/usr/bin/remote-refresh-server', 'Restart=sometimes'), /^2: systemd-analyze says: docs.service:3: /],
  ['nginx', fence('nginx', 'location / {', '  proxy_bufering off;', '}'), /^2: nginx says: .*unknown directive "proxy_bufering"/],
]) {
  const { error } = spawnSync(program, ['--help'], { env: { PATH: `${process.env.PATH}:/usr/sbin` } })
  test(`a broken block is found by ${program}`, { skip: error && `there is no ${program} here` }, () => {
    const faults = faultsOf(text)
    assert.match(faults[0], expected)
  })
}

test('what is right is let through', () => {
  const text = [
    '# Two words, `code` & more\n\n## Two\n\n## Two\n\n[up](#two-words-code--more) [second](#two-1) [page](notifier.md#errors)',
    fence('js title="a.js"', "import App from 'remote-refresh'", 'export const show = view => App.show(view)'),
    fence('js', "import { show } from './a.js'"),
    fence('js continues', 'show(null)'),
    fence('ts', "import type { Feed } from 'remote-refresh'", 'export const isOpen = (feed: Feed): boolean => feed.state === \'open\''),
    fence('sh', 'REMOTE_REFRESH_SECRET=x remote-refresh-server --data "$(mktemp)" \\', '  --listen 127.0.0.1:0 # a comment', 'node a.js && scripts/test native js'),
    fence('json', '{ "a": 1 }'),
    fence('mermaid', 'sequenceDiagram', '  page->>feed: connect'),
    fence('nginx', 'location / {', '  proxy_buffering off;', '}'),
    fence('systemd', '[Service]', 'ExecStart=/usr/bin/remote-refresh-server --data %S/feed.redb', 'Environment=REMOTE_REFRESH_SECRET_FILE=%d/secret'),
    fence('dockerfile', 'FROM rust AS build', 'COPY . /src', 'RUN cargo install --locked --path /src/crates/server \\', '  --root /out', 'FROM scratch',
      'COPY --from=build /out/bin/remote-refresh-server /bin/', 'ENV REMOTE_REFRESH_DATA=/data/feed.redb', 'ENTRYPOINT ["remote-refresh-server", "--listen", "0.0.0.0:4001"]'),
  ].join('\n\n')
  assert.deepEqual(faultsOf(text), [])
})

test('what cannot be checked is counted, with its reason', () => {
  const { unchecked, faults } = checkPages([parsePage('docs/a.md', fence('ini unchecked="systemd reads it"', '[Unit]'))], { programs })
  assert.deepEqual(faults, [])
  assert.deepEqual(unchecked, [{ page: 'docs/a.md', line: 2, language: 'ini', why: 'systemd reads it' }])
})

test('commands are taken apart at pipes, ands, lines and substitutions', () => {
  assert.deepEqual(commandsOf('A=1 one "two three" | four\nfive && six $(seven eight)'), [['seven', 'eight'], ['one', 'two three'], ['four'], ['five'], ['six', '_']])
})

test('the program fails where a page has a fault', () => {
  const { status, stderr } = spawnSync(process.execPath, [`${root}/tests/docs/check.mjs`, programs, 'tests/docs/broken.md'], { encoding: 'utf8' })
  assert.equal(status, 1)
  assert.match(stderr, /tests\/docs\/broken\.md:4: TS\d+/)
})
