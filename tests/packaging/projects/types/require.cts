// Compiled, never run: by `require`.
import remoteRefresh = require('remote-refresh')
import server = require('remote-refresh/server')

remoteRefresh.default.Events.on('firebase.child_added', () => remoteRefresh.createApp().Events.trigger('ping'))
void server.createNotifier({ url: 'https://feed.example' }).remoteRefresh(['ann']).then(({ users }) => users.toFixed())
// @ts-expect-error the declarations are found, so they object
remoteRefresh.connect({ url: 5 })
