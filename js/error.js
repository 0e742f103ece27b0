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
    return coded('no-webassembly', 'this browser has no WebAssembly, or it is switched off')
  }
  // Chromium and WebKit name the word that is missing, Firefox says "CSP".
  if (/unsafe-eval|CSP/.test(cause)) {
    return coded('wasm-forbidden', "the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src")
  }
  return cause
}
