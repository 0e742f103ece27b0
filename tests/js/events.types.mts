// Compiled, never run: what TypeScript must accept from who uses App.Events, and what it must not.
import App, { type AppEvents, type DataSnapshot, type Events, type FeedState } from 'remote-refresh'

const bus: Events<AppEvents> = App.Events

// The App's own events: handlers know their arguments.
bus.on('firebase.child_added', (snapshot, previous) => {
  const seen: DataSnapshot = snapshot
  const before: string | null = previous
  // @ts-expect-error a snapshot is not a number
  const wrong: number = snapshot
  void [seen, before, wrong]
})
bus.once('feed:state', (state: FeedState) => state)
bus.on('firebase.child_added firebase.child_changed', snapshot => snapshot.val())
bus.on('all', (name, ...args) => [name.length, args.length])
bus.on({ 'firebase.child_removed': snapshot => snapshot.exists(), 'feed:state': state => state.length })
// @ts-expect-error the state is a string
bus.on('feed:state', (state: number) => state)
// @ts-expect-error the same in a map
bus.on({ 'feed:state': (state: number) => state })
// @ts-expect-error the same for one of several
bus.once('firebase.child_added feed:state', (snapshot: DataSnapshot) => snapshot)
// @ts-expect-error a callback is a function
bus.on('firebase.child_added', 'render')

// Names that the App does not know are free.
bus.on('model-added-of-type-Message', snapshot => snapshot.val())
bus.trigger('anything', 1, 'two').emit('more')

// An event map of one's own is strict.
interface Saves {
  saved: [id: number, title: string]
  closed: []
}
declare const saves: Events<Saves>

saves.on('saved', (id, title) => id.toFixed() + title.trim()).off('saved').trigger('closed')
saves.trigger('saved', 7, 'seven').emit('saved', 8, 'eight')
saves.on('saved closed', (id?: number) => id)
saves.bind('closed', () => {}).unbind('closed')
saves.on('closed', null).on('closed', undefined).off().off(null, null, saves).off({ saved: () => {} })
saves.once({ saved: id => id.toFixed(), closed() { this.off() } })
saves.trigger({ saved: 1, closed: 1 })
// @ts-expect-error there is no such event
saves.on('savde', () => {})
// @ts-expect-error one of the two is no event
saves.on('saved savde', () => {})
// @ts-expect-error there is no such event to trigger
saves.trigger('savde')
// @ts-expect-error the title is missing
saves.trigger('saved', 7)
// @ts-expect-error the id is a number
saves.emit('saved', '7', 'seven')
// @ts-expect-error this event has no arguments
saves.trigger('closed', 1)
// @ts-expect-error there is no such event in a map
saves.on({ savde: () => {} })

// `this` is the emitter, or the context.
saves.on('closed', function () { this.trigger('closed') })
saves.on('closed', function () { this.close() }, { close() {} })
saves.on({ closed() { this.close() } }, { close() {} })
// @ts-expect-error the context has no such method
saves.on('closed', function () { this.open() }, { close() {} })

// The listener's side: the events are those of the emitter, `this` is the listener.
class View {
  title = ''
}
interface View extends Events {}
Object.assign(View.prototype, App.Events)
const view = new View()

view.listenTo(bus, 'firebase.child_added', function (snapshot) { this.title = snapshot.name() ?? '' })
view.listenToOnce(saves, 'saved', (id, title) => id.toFixed() + title.trim())
view.listenTo(saves, { saved: id => id.toFixed() }).stopListening(saves, 'saved').stopListening(null, 'x').stopListening()
view.listenTo(null, 'x', () => {})
// @ts-expect-error the emitter has no such event
view.listenTo(saves, 'savde', () => {})
// @ts-expect-error the id is a number
view.listenTo(saves, 'saved', (id: string) => id)
// @ts-expect-error a view is no number
view.listenTo(saves, 'saved', function () { this.title = 7 })

// Emitters of other libraries.
declare class EventEmitter {
  on(name: string | symbol, listener: (...args: any[]) => void): this
  off(name: string | symbol, listener: (...args: any[]) => void): this
}
view.listenTo(new EventEmitter(), 'data', chunk => chunk)
// @ts-expect-error it has no `on`
view.listenTo({ addEventListener() {} }, 'click', () => {})
