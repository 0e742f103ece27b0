// The Express app of docs/notifier.md, taken from there as it stands, over a real SQL database: told after the commit, never
// after a rollback.
import assert from 'node:assert/strict'
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import initSqlJs from 'sql.js'
import { addressOfNobody, startFeed, usersOf } from './server-feed.mjs'

const SCHEMA = `
  PRAGMA foreign_keys = ON;
  CREATE TABLE people (id TEXT PRIMARY KEY);
  CREATE TABLE members (thread TEXT, person TEXT REFERENCES people);
  CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    thread TEXT NOT NULL,
    sender TEXT NOT NULL REFERENCES people DEFERRABLE INITIALLY DEFERRED, -- looked at by COMMIT
    text TEXT NOT NULL CHECK (length(text) < 100)
  );
  INSERT INTO people VALUES ('ann'), ('bob'), ('cy');
  INSERT INTO members VALUES ('t1', 'ann'), ('t1', 'bob'), ('t2', 'cy');
`

/** The module that docs/notifier.md shows, in a folder from which packages are found. */
async function documentedApp() {
  const root = new URL('../../', import.meta.url)
  const text = await readFile(new URL('docs/notifier.md', root), 'utf8')
  const [, code] = text.match(/```js\n\/\/ app\.js\n([^]*?)```/)
  await mkdir(new URL('test-results/', root), { recursive: true })
  const folder = await mkdtemp(new URL('test-results/docs-', root).pathname)
  after(() => rm(folder, { recursive: true }))
  await writeFile(`${folder}/app.mjs`, code)
  return import(pathToFileURL(`${folder}/app.mjs`))
}

const SQL = await initSqlJs()
const { createApp } = await documentedApp()

/** A pool of one connection, spoken to as node-postgres is; `log` holds the first words of what it was asked. */
function createPool(log) {
  const database = new SQL.Database()
  database.exec(SCHEMA)
  let free = Promise.resolve()
  const run = (sql, values = []) => {
    const statement = database.prepare(sql)
    try {
      statement.bind(Object.fromEntries(values.map((value, i) => [`$${i + 1}`, value])))
      const rows = []
      while (statement.step()) rows.push(statement.getAsObject())
      return { rows }
    } finally {
      statement.free()
    }
  }
  return {
    run,
    async connect() {
      const before = free
      let release
      free = new Promise(resolve => (release = resolve))
      await before
      const query = async (sql, values) => {
        log.push(sql.split(' ')[0])
        return run(sql, values)
      }
      return { query, release }
    },
  }
}

/** The app on a free port, its feed, and what happened in which order. */
async function started({ url, ...feedOptions } = {}) {
  const log = []
  const feed = await startFeed()
  const fetch = (...call) => (log.push('told'), globalThis.fetch(...call))
  const reports = []
  const pool = createPool(log)
  const { app, close } = createApp({ pool, feed: { url: url ?? feed.url, auth: 's3cret', fetch, ...feedOptions }, report: error => reports.push(error) })
  // Express prints the errors of handlers otherwise.
  app.set('env', 'test')
  const server = await new Promise(resolve => {
    const server = app.listen(0, '127.0.0.1', () => resolve(server))
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  const write = (thread, sender, text, headers) =>
    fetch.call(null, `http://127.0.0.1:${server.address().port}/api/threads/${thread}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ sender, text }),
    })
  const stored = () => pool.run('SELECT text FROM messages ORDER BY id').rows.map(({ text }) => text)
  return {
    ...feed,
    close,
    reports,
    stored,
    /** The log without the test's own request. */
    log: () => log.slice(1),
    write: async (...message) => {
      log.length = 0
      const response = await write(...message)
      // What was to be told has been, or will never be.
      await close()
      return response
    },
  }
}

test('a message is told to the members of its thread, after the commit', async () => {
  const { write, log, requests, stored } = await started()
  const response = await write('t1', 'ann', 'hello', { 'X-Client-Id': 'tab-1-7' })
  assert.equal(response.status, 201)
  assert.deepEqual(await response.json(), { id: 1, thread: 't1', sender: 'ann', text: 'hello' })
  assert.deepEqual(stored(), ['hello'])
  assert.deepEqual(log(), ['BEGIN', 'SELECT', 'INSERT', 'COMMIT', 'told'])
  assert.equal(requests.length, 1)
  assert.deepEqual(usersOf(requests[0]), ['ann', 'bob'])
  const { body } = requests[0]
  assert.deepEqual(
    ['models/Message/op', 'models/Message/id', 'models/Thread/id', 'origin'].map(path => body[`users/bob/${path}`]),
    ['added', 1, 't1', 'tab-1-7'],
  )
})

test('a statement that fails: rolled back, and nobody is told', async () => {
  const { write, log, requests, stored } = await started()
  assert.equal((await write('t1', 'ann', 'x'.repeat(100))).status, 500)
  assert.deepEqual(log(), ['BEGIN', 'SELECT', 'INSERT', 'ROLLBACK'])
  assert.deepEqual([stored(), requests.length], [[], 0])
})

test('a commit that fails, after all was said: rolled back, and nobody is told', async () => {
  const { write, log, requests, stored } = await started()
  assert.equal((await write('t1', 'nobody we know', 'hello')).status, 500)
  assert.deepEqual(log(), ['BEGIN', 'SELECT', 'INSERT', 'COMMIT', 'ROLLBACK'])
  assert.deepEqual([stored(), requests.length], [[], 0])
})

test('a feed that is away fails no request, and the report names who was not told', async () => {
  const { write, reports, stored } = await started({ url: await addressOfNobody(), retries: 0 })
  assert.equal((await write('t1', 'bob', 'hello')).status, 201)
  assert.deepEqual(stored(), ['hello'])
  assert.deepEqual(reports.map(({ code, failed }) => [code, failed]), [['unavailable', ['ann', 'bob']]])
})
