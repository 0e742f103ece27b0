// Compiled, never run: what TypeScript must accept from a user of the inspector, and what it must not.
import App, { createApp } from 'remote-refresh'
import { type Inspected, type InspectedGroup, type InspectedHandlers, type InspectedRow, type InspectedStep, openInspector, RemoteRefreshInspector } from 'remote-refresh/inspector'

const inspector: RemoteRefreshInspector = openInspector(App)
openInspector(createApp(), { parent: document.body })
inspector.app = createApp()
inspector.app = null
inspector.paused = !inspector.paused
inspector.addEventListener('close', event => event.preventDefault())
document.body.append(inspector, new RemoteRefreshInspector())

const created: RemoteRefreshInspector = document.createElement('remote-refresh-inspector')
created.app = App
const found: RemoteRefreshInspector | null = document.querySelector('remote-refresh-inspector')
if (found) found.paused = true

const shown: Inspected = inspector.toJSON()
const rows: InspectedRow[] = shown.page.filter(({ kind }) => kind === 'model')
const steps: InspectedStep[] = shown.timeline.filter(({ stage }) => stage === 'gate')
const groups: InspectedGroup[] = shown.events
const leaks: InspectedHandlers[] = groups.flatMap(({ rows }) => rows).filter(({ kind }) => kind === 'removed' || kind === 'many')
const words: (string | undefined)[] = [shown.feed?.sentence, rows[0]?.status, steps[0]?.words, steps[0]?.reason, groups[0]?.sum, leaks[0]?.sentence]
void words

// @ts-expect-error an App is needed
openInspector()
// @ts-expect-error a name is no App
inspector.app = 'App'
// @ts-expect-error a selector is no element
openInspector(App, { parent: '#app' })
// @ts-expect-error there is no such kind
shown.page[0]?.kind === 'region'
// @ts-expect-error nor such a kind of handlers
leaks[0]?.kind === 'leak'
// @ts-expect-error another element has no App
document.createElement('div').app = App
