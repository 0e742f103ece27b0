// What all views share.

import Backbone from 'backbone'
import App from 'remote-refresh'
import { fill } from '../html.js'

export class View extends Backbone.View {
  /** Replaces the view's content by a template's result. */
  fill(markup) {
    fill(this.el, markup)
    return this
  }

  find(selector) {
    return this.el.querySelector(selector)
  }

  /** Renders `view` into the element at `selector` and keeps it among the subviews. */
  place(view, selector) {
    this._subviews ??= []
    this._subviews.push(view)
    const slot = selector ? this.find(selector) : this.el
    slot.append(view.render().el)
    return view
  }

  remove() {
    for (const view of this._subviews ?? []) view.remove()
    this._subviews = []
    return super.remove()
  }
}

/** A view of one model of a list. The list's collection brings all its models in one request, so a row fetches none. */
export class RowView extends View {
  get remoteRefresh() {
    return false
  }
}

/** A page: what `App.show` is given. Its hook is the one line that makes it live. */
export class PageView extends View {
  remoteRefresh(snapshot) {
    App.Utils.RemoteRefresh(this, snapshot)
  }

  /** Fetches what the page shows. Overridden by pages that show something. */
  load() {}

  /** The window's title while the page is shown. */
  get title() {
    return 'Inbox'
  }
}
