import type { Measure } from '../measure.ts'
import { backingUp } from './backing-up.ts'
import { hostile } from './hostile/hostile.ts'
import { image } from './image.ts'
import { latency } from './latency.ts'
import { loading } from './loading.ts'
import { metrics } from './metrics.ts'
import { parsing } from './parsing/parsing.ts'
import { peer } from './peer.ts'
import { scanning } from './scanning.ts'
import { starting } from './starting.ts'
import { strangers } from './strangers/strangers.ts'
import { streaming } from './streaming/streaming.ts'
import { transferring } from './transferring.ts'

/** In this order. */
export const MEASURES: readonly Measure[] = [
  transferring,
  latency,
  backingUp,
  streaming,
  strangers,
  scanning,
  peer,
  parsing,
  hostile,
  metrics,
  loading,
  starting,
  image,
]
