// Compiled, never run.
import App, { createApp } from 'remote-refresh'
import { createNotifier } from 'remote-refresh/server'
import 'remote-refresh/async'

App.Events.on('firebase.child_added', () => createApp().Events.trigger('ping'))
void createNotifier({ url: 'https://feed.example' }).remoteRefresh(['ann']).then(({ users }) => users.toFixed())
