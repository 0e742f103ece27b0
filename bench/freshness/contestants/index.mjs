// The contestants. Each is a function that puts the world's page on the screen, starts its first load, listens to the feed,
// and returns how to stop.

import { original } from './original.mjs'
import { ours } from './ours.mjs'
import { swr } from './swr.mjs'
import { tanstack } from './tanstack.mjs'
import { turbo } from './turbo.mjs'

export const contestants = {
  'remote-refresh': ours,
  'the original': original,
  TanStack: tanstack({ cancelRefetch: true }),
  'TanStack, cancelRefetch: false': tanstack({ cancelRefetch: false }),
  SWR: swr,
  Turbo: turbo,
}
