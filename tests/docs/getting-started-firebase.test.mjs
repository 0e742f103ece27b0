// docs/getting-started-firebase.md: its files as they stand, against the feed server with the page's rules and a project's ID tokens.
// Stand-ins are what would ask Google: who is signed in, and the access token, which here is the server's secret.
import assert from 'node:assert/strict'
import { createSign, generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { createApp } from '../../dist/index.js'
import App from '../../dist/index.js'
import { freePort, project, until } from './project.mjs'

const port = await freePort()
const url = `http://127.0.0.1:${port}`
const reader = project('docs/getting-started-firebase.md', code => code
  .replaceAll('https://my-app-default-rtdb.firebaseio.com', url)
  .replace('--project my-app', `--project my-app --jwks jwks.json --listen 127.0.0.1:${port}`))

reader.blocks.set('its own rules', 'remote-refresh-server rules')
reader.standIn('firebase/auth', `
  export const getAuth = () => 'auth'
  export const onAuthStateChanged = (auth, heard) => { globalThis.signedIn = heard }`)
reader.standIn('google-auth-library', `
  import { readFileSync } from 'node:fs'
  export class GoogleAuth {
    constructor({ scopes }) { globalThis.scopes = scopes }
    getAccessToken = async () => readFileSync(new URL('../../feed.secret', import.meta.url), 'utf8').trim()
  }`)

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
writeFileSync(`${reader.folder}/jwks.json`, JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] }))

/** An ID token as Firebase Authentication issues them. */
function idToken(uid) {
  const base64 = value => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: 'https://securetoken.google.com/my-app', aud: 'my-app', sub: uid, user_id: uid, iat: now, auth_time: now, exp: now + 3600 }
  const signed = `${base64({ alg: 'RS256', kid: 'k1', typ: 'JWT' })}.${base64(claims)}`
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`
}

test('a user who signs in is told, by the page\'s server, and nobody reads another\'s node', async () => {
  const server = reader.run('locally')
  await until(() => server.said.includes('listening on'), () => server.said)
  await reader.load('live.js')
  const { notifier } = await reader.load('notify.js')
  assert.deepEqual(globalThis.scopes, ['https://www.googleapis.com/auth/firebase.database', 'https://www.googleapis.com/auth/userinfo.email'])

  const states = []
  App.Events.on('feed:state', state => states.push(state))
  const asked = []
  globalThis.signedIn({ uid: 'ann', getIdToken: async fresh => (asked.push(fresh), idToken('ann')) })
  await until(() => states.at(-1) === 'open')
  assert.deepEqual(asked, [false])

  let fetches = 0
  App.Views.currentPageView = { collection: { fetch: async () => { fetches++ } } }
  const told = []
  App.Events.on('model-added-of-type-Message', ({ id }) => told.push(id))
  assert.equal((await notifier.remoteRefresh(['ann', 'bob'], { models: { Message: { op: 'added', id: 'm1' } } })).users, 2)
  await until(() => fetches === 1 && told.length === 1)
  assert.deepEqual(told, ['m1'])

  const stranger = createApp().connect({ url, uid: 'bob', auth: idToken('ann'), shareTabs: false })
  await until(() => stranger.state === 'denied')
  globalThis.signedIn(null)
  await until(() => states.at(-1) === 'closed')
  await notifier.close()
  await server.stop()
})

test('the rules are those of a server that was given none', async () => {
  const own = reader.run('its own rules')
  assert.equal(await own.ended, 0)
  assert.deepEqual(JSON.parse(own.said.replace(/^\s*\/\/.*$/gm, '')), JSON.parse(readFileSync(`${reader.folder}/database.rules.json`, 'utf8')))
})
