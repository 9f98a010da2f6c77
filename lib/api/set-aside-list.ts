import { z } from 'zod'
import { SetAside, SetAsidePool, Unseen } from './set-asides.ts'
import { Timestamp } from './time.ts'

export const SetAsideList = z
  .object({
    items: z.array(SetAside).describe('Newest first within a dataset.'),
    pools: z.array(SetAsidePool).describe('Together, by pool; the largest first.'),
    unseen: z.array(Unseen),
    asOf: Timestamp,
  })
  .meta({ id: 'SetAsideList', description: 'What repairs moved out of the way and kept.' })
