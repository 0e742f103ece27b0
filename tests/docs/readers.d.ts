// What the docs' examples take for granted, since it is the reader's own.

declare module 'backbone'
declare module 'underscore'
declare module 'jquery'
declare module 'backbone.marionette'
declare module 'chaplin'
declare module 'express'
declare module 'firebase/app'
declare module 'firebase/auth'
declare module 'firebase/database'
declare module 'firebase-admin/app'
declare module 'mongoose'

/** Who is signed in. */
declare const user: { id: string }
/** The app's own API. */
declare const api: { get(path: string): Promise<any>, post(path: string, body?: unknown): Promise<any> }
/** Scripts of old. */
declare const Backbone: any
declare const _: any
declare const $: any
declare const Firebase: any
declare const firebase: any
declare const define: (...args: any[]) => void
declare const require: any
declare const requirejs: any

/** Schemas and models of Mongoose, and what takes note of errors. */
declare const userSchema: any
declare const messageSchema: any
declare const User: any
declare const Message: any
declare const report: (error: unknown) => void

/** An inbox: its model, its messages, its page. */
declare const inbox: any
declare const messages: any
declare const InboxPage: any
/** A message and who it is between. */
declare const message: { id: string, from: string, to: string }
declare const sender: { id: string }
declare const recipient: { id: string }
/** Asks the app's own server for a token of the feed. */
declare const getToken: () => Promise<string>

/** What pages and their tests leave for each other. */
interface Window {
  App: any
  inbox: any
  testFeed: any
  RemoteRefreshTesting: any
}

declare module 'google-auth-library'
