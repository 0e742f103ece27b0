// Compiled, never run: every entry by `import`.
import App, { createApp } from 'remote-refresh'
import load from 'remote-refresh/async'
import { fromFirebase } from 'remote-refresh/firebase'
import { openInspector, type RemoteRefreshInspector } from 'remote-refresh/inspector'
import { poll } from 'remote-refresh/providers'
import { createNotifier } from 'remote-refresh/server'
import { fakeFeed, watchFetches } from 'remote-refresh/testing'

App.Events.on('firebase.child_added', snapshot => createApp().Events.trigger('ping', snapshot.key))
void createNotifier({ url: 'https://feed.example' }).remoteRefresh(['ann']).then(({ users }) => users.toFixed())
void load().then(app => app.connect({ url: 'https://feed.example', uid: 7 }).close())
App.connect({ uid: 7, provider: poll('/count', { every: 60_000 }) })
App.connect({ provider: fromFirebase({ on() {}, off() {}, ref: {} }) })
App.connect({ provider: fakeFeed() })
void watchFetches(App).settled()
const inspector: RemoteRefreshInspector = openInspector(App)
inspector.remove()
document.createElement('remote-refresh-inspector').app = App
// @ts-expect-error the declarations are found, so they object
App.connect({ url: 5 })
