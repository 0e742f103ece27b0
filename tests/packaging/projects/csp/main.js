import App from '/node_modules/remote-refresh/dist/index.js'
import load from '/node_modules/remote-refresh/dist/async.js'
import '/node_modules/remote-refresh/dist/inspector.js'

use(App, await load())
