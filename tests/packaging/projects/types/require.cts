// Compiled, never run: by `require`.
import remoteRefresh = require('remote-refresh')
import firebase = require('remote-refresh/firebase')
import inspector = require('remote-refresh/inspector')
import providers = require('remote-refresh/providers')
import testing = require('remote-refresh/testing')
import server = require('remote-refresh/server')

remoteRefresh.default.Events.on('firebase.child_added', () => remoteRefresh.createApp().Events.trigger('ping'))
void server.createNotifier({ url: 'https://feed.example' }).remoteRefresh(['ann']).then(({ users }) => users.toFixed())
remoteRefresh.connect({ uid: 7, provider: providers.poll('/count') })
remoteRefresh.connect({ provider: firebase.fromFirebase({ on() {}, off() {}, ref: {} }) })
remoteRefresh.connect({ provider: testing.fakeFeed() })
inspector.openInspector(remoteRefresh.default).paused = true
// @ts-expect-error the declarations are found, so they object
remoteRefresh.connect({ url: 5 })
