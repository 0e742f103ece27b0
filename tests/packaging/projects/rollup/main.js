import App from 'remote-refresh'
import load from 'remote-refresh/async'

load().then(second => window.use(App, second))
