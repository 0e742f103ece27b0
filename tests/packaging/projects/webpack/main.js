import App from 'remote-refresh'
import load from 'remote-refresh/async'
import 'remote-refresh/inspector'

load().then(second => window.use(App, second))
