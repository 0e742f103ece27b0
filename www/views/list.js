// A collection as a list: one subview per model, kept in step without rendering again what is there already.

import { View } from './view.js'

export class ListView extends View {
  initialize(options) {
    this.options = options
    this._subviews = []
    this.byCid = new Map()
    // `update` comes once per fetch, after all of its additions and removals.
    this.listenTo(this.collection, 'update reset sort', this.reconcile)
  }

  /** The element that holds the rows. */
  get slot() {
    return this.el
  }

  /** A new view for `model`. Each list says which. */
  createRow(model) {
    throw new TypeError(`${this.constructor.name} has no row for ${model.cid}`)
  }

  /** Removes rows whose model is gone, makes those that are new, moves only what is out of place. */
  reconcile() {
    const focused = this.el.contains(document.activeElement) ? document.activeElement : null
    for (const [cid, row] of this.byCid) {
      if (this.collection.get(cid)) continue
      this.byCid.delete(cid)
      row.remove()
    }
    this._subviews = this.collection.map(model => this.rowOf(model))
    let place = this.slot.firstElementChild
    for (const row of this._subviews) {
      if (row.el === place) place = place.nextElementSibling
      else this.slot.insertBefore(row.el, place)
    }
    // A row that was moved has lost the focus.
    if (focused?.isConnected && document.activeElement !== focused) focused.focus()
    return this
  }

  rowOf(model) {
    let row = this.byCid.get(model.cid)
    if (!row) {
      row = this.createRow(model).render()
      this.byCid.set(model.cid, row)
    }
    return row
  }
}
