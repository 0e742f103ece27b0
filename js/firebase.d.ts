/**
 * The user's node from a Firebase SDK that the app has already, of whichever age.
 *
 * ```js
 * import App from 'remote-refresh'
 * import { fromFirebase } from 'remote-refresh/firebase'
 *
 * App.connect({ provider: fromFirebase(new Firebase('https://my-app.firebaseio.com/users/' + user.id)) }) // 2014
 * App.connect({ provider: fromFirebase(firebase.database().ref('users/' + user.id)) })                   // 3 to 8, and compat
 * App.connect({ provider: fromFirebase(ref(getDatabase(), 'users/' + user.id), { onValue, child }) })    // modular
 * ```
 *
 * Connection and credentials are the SDK's. A refusal (`permission_denied`) makes the feed `denied` until `feed.authenticate()`,
 * which an app calls when somebody has signed in.
 *
 * @packageDocumentation
 */
import type { Provider } from './provider.js'

/** What a snapshot of any SDK can do. */
export interface FirebaseSnapshot {
  /** The value as plain JavaScript. */
  val(): any
  /** The value with priorities. */
  exportVal(): any
}

/** A reference or a query of Firebase 1 and 2 (where `ref` is a method) and of the namespaced SDK (where it is a property). */
export interface ClassicQuery {
  /** Listens. */
  on(event: 'value', heard: (snapshot: any) => void, failed?: (error: any) => void): unknown
  /** Stops that. */
  off(event: 'value', heard?: any): unknown
  /** The reference itself. */
  ref: unknown
}

/** A reference or a query of the modular SDK. */
export interface ModularQuery {
  readonly ref: {
    /** The database's root. */
    readonly root: any
  }
}

/** The functions of `firebase/database` that the modular SDK's references need. */
export interface ModularFunctions {
  /** Listens; what it returns stops that. */
  onValue(query: any, heard: (snapshot: any) => unknown, failed?: (error: Error) => unknown): () => void
  /** The reference of a path below another. */
  child(parent: any, path: string): any
}

/** A provider for what a reference or a query shows. Its value is the user's node. */
export function fromFirebase(query: ClassicQuery): Provider
/** The same for the modular SDK, whose functions it needs. */
export function fromFirebase(query: ModularQuery, modular: ModularFunctions): Provider
