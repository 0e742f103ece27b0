// `remote-refresh/firebase`: the user's node from a Firebase SDK that the app has already, of whichever age.
//
// The SDK keeps its own connection and its own credentials. It gives cached values while it has no connection, so a value
// counts only while `.info/connected` is true.
import { coded } from './error.js'

/** Milliseconds. While the SDK tries to connect, by its own rules, the provider says that it is not dead. */
const STILL_TRYING = 10_000

/**
 * A provider for what a reference or a query of the app's shows: `new Firebase(url)`, `firebase.database().ref(path)`, or
 * `ref(database, path)` with the functions `{ onValue, child }` of `firebase/database`.
 */
export function fromFirebase(query, modular) {
  const sdk = typeof query?.on === 'function' ? classic(query) : modernOf(query, modular)
  return feed => {
    let connected = false
    let snapshot
    const tell = () => {
      if (connected && snapshot) feed.value(snapshot.exportVal())
    }
    const trying = setInterval(feed.alive, STILL_TRYING)
    const unsubscribe = [
      () => clearInterval(trying),
      sdk.listen(sdk.query, newest => {
        snapshot = newest
        tell()
      }, error => feed.denied(error)),
      sdk.listen(sdk.connected, is => {
        if (is.val() === true) {
          connected = true
          clearInterval(trying)
          tell()
        } else if (connected) {
          feed.lost('Firebase lost its connection')
        }
      }),
    ]
    return () => unsubscribe.forEach(undo => undo())
  }
}

/** Firebase 1 and 2 (`ref` and `root` are methods), and the namespaced SDK of 3 to 8 and compat (they are properties). */
function classic(query) {
  const ask = (object, name) => (typeof object[name] === 'function' ? object[name]() : object[name])
  return {
    query,
    connected: ask(ask(query, 'ref'), 'root').child('.info/connected'),
    listen(target, heard, failed) {
      target.on('value', heard, failed)
      return () => target.off('value', heard)
    },
  }
}

/** The modular SDK, whose functions come from the app, so that its bundle has them once. */
function modernOf(query, { onValue, child } = {}) {
  if (!query?.ref?.root || typeof onValue !== 'function' || typeof child !== 'function') {
    throw coded('invalid-ref', '`fromFirebase` needs a reference or a query of the Realtime Database; for those of the modular SDK also its functions: fromFirebase(ref(database, path), { onValue, child })')
  }
  return {
    query,
    connected: child(query.ref.root, '.info/connected'),
    listen: onValue,
  }
}
