// /side-by-side: two people next to each other, each in a frame with a session of its own (see seat/), and what their pages count.

import { burst, SIZE } from './stage/burst.js'
import { Pane } from './stage/pane.js'

/** Who sits where at first. */
const SEATS = [
  { seat: 'left', id: 'amara', name: 'Amara' },
  { seat: 'right', id: 'ben', name: 'Ben' },
]

const panes = SEATS.map(seat => new Pane(seat))
document.querySelector('.panes').append(...panes.map(pane => pane.el))
const said = document.querySelector('.stage-said')
const button = document.querySelector('[data-action=burst]')

button.addEventListener('click', async () => {
  button.disabled = true
  const before = panes.map(pane => pane.counts)
  try {
    said.textContent = `${SIZE} changes are being made …`
    await burst()
    await Promise.all(panes.map(pane => pane.settled()))
    said.textContent = panes.map((pane, i) => pane.sentence(before[i])).join(' ')
  } catch (error) {
    said.textContent = `The burst broke off. ${error.message}`
  } finally {
    button.disabled = false
  }
})
