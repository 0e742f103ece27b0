// Injected before the demo's script: App.Events in place of Backbone's functions, in all that has them.

import Backbone from 'backbone'
import { Events } from 'remote-refresh'

const classes = [Backbone.Model, Backbone.Collection, Backbone.View, Backbone.Router, Backbone.History]
for (const holder of [Backbone, Backbone.Events, ...classes.map(one => one.prototype)]) Object.assign(holder, Events)

window.swapped = classes.every(one => one.prototype.trigger === Events.trigger)
