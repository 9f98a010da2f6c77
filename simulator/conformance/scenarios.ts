import type { Scenario } from './scenario.ts'
import { aside, asideDelegated } from './scenarios/aside.ts'
import { clones } from './scenarios/clones.ts'
import { encryption } from './scenarios/encryption.ts'
import { guarding } from './scenarios/guarding.ts'
import { limits } from './scenarios/limits.ts'
import { listing } from './scenarios/listing.ts'
import { meanwhile } from './scenarios/meanwhile.ts'
import { mounts } from './scenarios/mounts.ts'
import { delegated, product } from './scenarios/product.ts'
import { properties } from './scenarios/properties.ts'
import { rawLines } from './scenarios/raw-lines.ts'
import { receiving } from './scenarios/receiving.ts'
import { resuming } from './scenarios/resuming.ts'
import { rights } from './scenarios/rights.ts'
import { sending } from './scenarios/sending.ts'
import { snapshots } from './scenarios/snapshots.ts'

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
