// The classic script: `window.RemoteRefresh`, or a module of RequireJS, with all that runs in a browser in one file.

export * from './index.js'
export * from './firebase.js'
export * from './providers.js'
