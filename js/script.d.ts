/**
 * The classic script `dist/remote-refresh.min.js`: what `<script>` leaves in `window.RemoteRefresh`, and RequireJS gives.
 *
 * No import names this file. A script that uses the global refers to it:
 * `/// <reference path="…/node_modules/remote-refresh/js/script.d.ts" />`
 */
export * from './firebase.js'
export * from './index.js'
export * from './providers.js'
export as namespace RemoteRefresh
