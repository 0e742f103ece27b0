// Errors with a stable code and a sentence that says what to do, as the wasm shell makes them too.

export function coded(code, message) {
  const error = new Error(message)
  error.name = 'RemoteRefreshError'
  error.code = code
  return error
}

/** Shows an error of the app's own code where uncaught errors go, without stopping ours. */
export function surface(error) {
  if (typeof reportError === 'function') reportError(error)
  else setTimeout(() => { throw error })
}
