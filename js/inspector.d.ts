/**
 * A custom element that shows what an App does, and why: its feed, what the displayed page view fetches and has pending,
 * each change on its way to its results, and who has handlers of its events.
 *
 * ```js
 * import App from 'remote-refresh'
 *
 * const { openInspector } = await import('remote-refresh/inspector')
 * openInspector(App)
 * ```
 *
 * It carries no App of its own, and works with that of every entry. Importing it defines `<remote-refresh-inspector>`, once, and
 * does nothing where there is no document. Tokens are neither shown nor copied.
 *
 * @packageDocumentation
 */
import type { App, FeedState } from './index.js'

/** What `JSON.stringify(inspector)` gives: all that is shown, by the filter and the selection. */
export interface Inspected {
  /** When, in ISO 8601. */
  inspected: string
  /** The feed, in a sentence that says what it does next; null without an App. */
  feed: { state: FeedState, reason?: string, sentence: string } | null
  /** The page view's tree, parents first. */
  page: InspectedRow[]
  /** The steps from changes to their results, oldest first. */
  timeline: InspectedStep[]
  /** Handlers and who listens: warnings, the selected object or else the page view, `App.Events`, all emitters. */
  events: InspectedGroup[]
}

/** A view, a model or a collection of the displayed page. */
export interface InspectedRow {
  /** How many views hold it. */
  depth: number
  /** `views` are many that opt out alike, shown as one. */
  kind: 'view' | 'views' | 'model' | 'collection'
  /** Its class. */
  name: string
  /** A view's element, an entity's address. */
  hint: string
  /** In a few words, such as `fetching` or `up to date`; empty where there is nothing to say. */
  status: string
  /** The same in a sentence. */
  sentence: string
}

/** One step on the way from a change to its result. */
export interface InspectedStep {
  /** When, in ISO 8601. */
  time: string
  /** ms since the change it belongs to. */
  msSinceChange?: number
  /** As in `App.explain`. */
  what: string
  /** Why, where it was skipped, deferred or went wrong. */
  reason?: string
  /** What kind of step it is. */
  stage: 'change' | 'gate' | 'plan' | 'fetch' | 'result' | ''
  /** What it is about: a view, an entity, or the models that changed. */
  name: string
  /** A view's element, an entity's address. */
  hint: string
  /** What happened, in plain words. */
  words: string
}

/** Handlers of one object, or of all; or what looks like a leak. */
export interface InspectedGroup {
  /** Its object's class, or `Warnings`, `App.Events`, `All emitters`. */
  name: string
  /** A view's element, an entity's address. */
  hint: string
  /** How many events and handlers it has, or how many warnings there are. */
  sum: string
  /** At most 40 of a kind, 20 of the warnings; a last row counts the others. */
  rows: InspectedHandlers[]
}

/** The handlers of an event or of a listener. */
export interface InspectedHandlers {
  /**
   * `event`: a name of the group's object. `listener`: what listens to it. `target`: what it listens to. `longest`: a name of any
   * emitter. Warnings: `removed`, views that were removed and listen still; `many`, a name with more than 500 handlers.
   */
  kind: 'event' | 'listener' | 'target' | 'longest' | 'removed' | 'many'
  /** The event, or the class of what listens or is listened to; with the number of listeners where that is more than one. */
  name: string
  /** A view's element, an entity's address; of a `longest` or `many` row, its emitter. */
  hint: string
  /** How many handlers, in words; empty for a `target`. */
  status: string
  /** What to do about it; empty where there is nothing to say. */
  sentence: string
}

/**
 * `<remote-refresh-inspector>`. It lies over the bottom of the window; with the attribute `inline` it is a block like any
 * other. It is light or dark as the system is, or as its attribute `theme` says. Its height is the custom property `--remote-refresh-inspector-height`. Its close button triggers a `close` event, and removes it
 * unless that is prevented. Removed from the document, it follows nothing.
 */
export declare class RemoteRefreshInspector extends HTMLElement {
  /** The App that is looked at. Setting one switches its `App.explain` on. Throws `invalid-app` for what is none. */
  app: App | null
  /** Whether what is shown stands still. What happens meanwhile is shown afterwards, up to 500 steps. */
  paused: boolean
  /** All that is shown, as plain data. */
  toJSON(): Inspected
}

/** Shows the inspector of an App, once: at the end of `parent`, by default the document's body. Gives it. */
export declare function openInspector(app: App, options?: { parent?: Element }): RemoteRefreshInspector

declare global {
  interface HTMLElementTagNameMap {
    /** What `document.createElement` and `querySelector` give by this name. */
    'remote-refresh-inspector': RemoteRefreshInspector
  }
}
