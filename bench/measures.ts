import type { Measure } from './measure.ts'
import { hostile } from './measures/hostile.ts'
import { image } from './measures/image.ts'
import { latency } from './measures/latency.ts'
import { loading } from './measures/loading.ts'
import { parsing } from './measures/parsing.ts'
import { peer } from './measures/peer.ts'
import { scanning } from './measures/scanning.ts'
import { starting } from './measures/starting.ts'
import { strangers } from './measures/strangers.ts'
import { streaming } from './measures/streaming.ts'
import { transferring } from './measures/transferring.ts'

/** In this order. */
export const MEASURES: readonly Measure[] = [
  transferring,
  latency,
  streaming,
  strangers,
  scanning,
  peer,
  parsing,
  hostile,
  loading,
  starting,
  image,
]
