// The type of the bus, `App.Events`: names with their arguments, where they are declared.
import type { BusState, ListState } from './inspect.js'

/** Anything: for emitters whose events are not declared. */
export interface AnyEvents {
  /** A name, and the arguments of its handlers. */
  [name: string]: any[]
}

/** The declared names of an event map: those that are not just `string`. */
type Declared<M> = keyof { [K in keyof M as string extends K ? never : K]: unknown } & string

/**
 * What may stand for a name: a declared one, `all`, or several with spaces between. If the map has an index signature
 * (`[name: string]: any[]`), any other too.
 */
type Names<M> = Declared<M> | 'all' | (string extends keyof M ? string & {} : `${string} ${string}`)

/** The arguments of one name's handlers; never, if it is not declared. */
type One<M, S extends string> = S extends Declared<M> ? Extract<M[S], any[]>
  : S extends 'all' ? [name: string, ...args: any[]]
  : S extends '' ? any[]
  : string extends keyof M ? any[]
  : never

/** The same for each of several names, as a union. */
type Each<M, S extends string> = S extends `${infer First} ${infer Rest}`
  ? [One<M, First>] extends [never] ? never : [Each<M, Rest>] extends [never] ? never : One<M, First> | Each<M, Rest>
  : One<M, S>

/** One argument of a handler of several names: what any of them passes there. */
type At<A, I> = A extends any[] ? (I extends keyof A ? A[I] : number extends A['length'] ? any : undefined) : never

type Arguments<M, S extends string> = [Each<M, S>] extends [never] ? never
  : S extends `${string} ${string}` ? [At<Each<M, S>, '0'>, At<Each<M, S>, '1'>, At<Each<M, S>, '2'>, ...any[]]
  : One<M, S>

/** What `trigger` takes after the name. */
type Triggered<M, S extends string> = S extends 'all' ? any[] : Each<M, S>

type Callback<M, S extends string, C> = [Arguments<M, S>] extends [never] ? never : (this: C, ...args: Arguments<M, S>) => unknown

/** A map of names to callbacks. */
type Callbacks<M, C> = {
  [S in Declared<M>]?: Callback<M, S, C> | null | undefined
} & (string extends keyof M ? { [names: string]: ((this: C, ...args: any) => unknown) | null | undefined }
  : { [names: `${string} ${string}`]: ((this: C, ...args: any) => unknown) | null | undefined }) & {
  all?: Callback<M, 'all', C> | null | undefined
}

/** Whatever can be listened to: a bus, a Backbone object, an EventEmitter of Node, a jQuery set. */
export interface Listenable {
  /** Adds a handler. */
  on(...args: any): unknown
  /** Removes handlers. */
  off(...args: any): unknown
}

/** The event map of an emitter. */
type EventsOf<O> = O extends Events<infer M> ? M : AnyEvents

/**
 * All of Backbone.Events, and `emit`: an emitter, and a mixin for others (`_.extend(object, App.Events)`,
 * `Object.assign(Class.prototype, App.Events)`).
 *
 * `M` maps each event name to the arguments of its handlers: `Events<{ saved: [id: number] }>`. Wherever a name is asked
 * for, several with white space between will do.
 */
export interface Events<M extends object = AnyEvents> {
  /**
   * Calls `callback` whenever `name` is triggered. `all` stands for every name, which is then the first argument.
   * @param context what `this` is in the callback; by default the emitter
   */
  on<S extends Names<M>, C = this>(name: S, callback: Callback<M, S, C> | null | undefined, context?: C): this
  /** The same for a map of names to callbacks. */
  on<C = this>(callbacks: Callbacks<M, C>, context?: C): this

  /** Removes the handlers with this name, callback and context; each that is missing, or `null`, matches all. */
  off<S extends Names<M>>(name?: S | null, callback?: ((...args: any) => unknown) | null, context?: unknown): this
  /** The same for a map of names to callbacks. */
  off(callbacks: { [name: string]: ((...args: any) => unknown) | null | undefined }, context?: unknown): this

  /** As `on`, for one call; with several names, for one call of each. */
  once<S extends Names<M>, C = this>(name: S, callback: Callback<M, S, C> | null | undefined, context?: C): this
  /** The same for a map of names to callbacks. */
  once<C = this>(callbacks: Callbacks<M, C>, context?: C): this

  /** As `object.on`, with the listener as `this`; and the listener remembers, for `stopListening`. */
  listenTo<O extends Listenable, S extends Names<EventsOf<O>>>(
    object: O | null | undefined, name: S, callback: Callback<EventsOf<O>, S, this> | null | undefined,
  ): this
  /** The same for a map of names to callbacks. */
  listenTo<O extends Listenable>(object: O | null | undefined, callbacks: Callbacks<EventsOf<O>, this>): this

  /** As `listenTo`, for one call; with several names, for one call of each. */
  listenToOnce<O extends Listenable, S extends Names<EventsOf<O>>>(
    object: O | null | undefined, name: S, callback: Callback<EventsOf<O>, S, this> | null | undefined,
  ): this
  /** The same for a map of names to callbacks. */
  listenToOnce<O extends Listenable>(object: O | null | undefined, callbacks: Callbacks<EventsOf<O>, this>): this

  /** Undoes `listenTo` for this object, name and callback; each that is missing, or `null`, matches all. */
  stopListening<O extends Listenable>(
    object?: O | null, name?: Names<EventsOf<O>> | null, callback?: ((...args: any) => unknown) | null,
  ): this
  /** The same for a map of names to callbacks. */
  stopListening<O extends Listenable>(
    object: O | null | undefined, callbacks: { [name: string]: ((...args: any) => unknown) | null | undefined },
  ): this

  /** Calls the handlers of `name`, then those of `all`, in the order they came. What one throws ends it. */
  trigger<S extends Names<M>>(name: S, ...args: Triggered<M, S>): this
  /** The same for each name in an object; its values are not passed. */
  trigger(names: object, ...args: any[]): this

  /** The same as `on`. */
  bind: this['on']
  /** The same as `off`. */
  unbind: this['off']
  /** The same as `trigger`. */
  emit: this['trigger']
}

/** What is bound to an object, and what it is bound to. */
export interface ObjectEvents {
  /** Its names, those with the most handlers first. */
  names: ListState[]
  /**
   * What listens to it, by `listenTo` or as the context of a handler, those with the most handlers first. `gone`: a view that was
   * removed and listens still, most likely since it never called `stopListening()`.
   */
  listeners: { listener: object, handlers: number, gone: boolean }[]
  /** What it listens to by `listenTo`. */
  listensTo: object[]
}

/** All emitters of this copy of the package. */
export interface EventsInspection extends BusState {
  /** One of them, or an object that listens. */
  of(object: object): ObjectEvents
}
