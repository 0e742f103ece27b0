// The types of `remote-refresh/async`.
import type { App, AppOptions } from './index.js'

export type * from './index.js'

/**
 * Loads the wasm, once, and gives the App; each call gives the same one.
 * @param source where the .wasm file is, if a bundler moved it; by default beside this module
 */
export default function load(source?: string | URL | Request | Response | Promise<Response> | BufferSource | WebAssembly.Module): Promise<App>

/** A second App, once `load()` has given the first. */
export function createApp(options?: AppOptions): App
