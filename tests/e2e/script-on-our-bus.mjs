// The demo's script, built with our bus in place of Backbone's.

import { build } from 'esbuild'

/** The demo's script, with App.Events in place of Backbone's functions before anything else runs. */
export async function scriptOnOurBus() {
  const result = await build({
    entryPoints: ['www/app.js'],
    inject: ['tests/e2e/on-our-bus.js'],
    ignoreAnnotations: true, // the package says that its files have no side effects; this one has
    bundle: true,
    write: false,
    format: 'esm',
  })
  return result.outputFiles[0].text
}
