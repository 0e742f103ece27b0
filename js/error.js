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

/** What kept the wasm from being instantiated, in words that help. */
export function wasmError(cause) {
  if (typeof WebAssembly === 'undefined') {
    return coded('no-webassembly', 'this browser has no WebAssembly, or it is switched off (Lockdown Mode does that): without it, the page works but is not live')
  }
  // Each engine has words of its own for it.
  if (/unsafe-eval|CSP|content security/i.test(cause?.message)) {
    return coded('wasm-forbidden', "the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src")
  }
  return cause
}
