import type { Scenario } from '../scenario.ts'
import { aside, asideDelegated } from './aside.ts'
import { clones } from './clones.ts'
import { encryption } from './encryption.ts'
import { guarding } from './guarding.ts'
import { limits } from './limits.ts'
import { listing } from './listing.ts'
import { meanwhile } from './meanwhile.ts'
import { mounts } from './mounts.ts'
import { delegated, product } from './product.ts'
import { properties } from './properties.ts'
import { rawLines } from './raw-lines.ts'
import { receiving } from './receiving.ts'
import { resuming } from './resuming.ts'
import { rights } from './rights.ts'
import { sending } from './sending.ts'
import { snapshots } from './snapshots.ts'

/** All of the script, in the order of the recordings. */
export const scenarios: readonly Scenario[] = [
  listing,
  properties,
  snapshots,
  clones,
  sending,
  receiving,
  resuming,
  rights,
  encryption,
  product,
  delegated,
  aside,
  asideDelegated,
  mounts,
  limits,
  meanwhile,
  rawLines,
  guarding,
]
