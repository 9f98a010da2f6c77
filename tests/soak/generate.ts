import { Random } from '#tests/bed/random.ts'
import type { Operation, Sequence } from './operation.ts'

/** How often, relative to the others. */
export const WEIGHTS: Readonly<Record<string, number>> = {
  snapshot: 14,
  snapshots: 2,
  renameSnapshot: 2,
  expire: 3,
  destroySnapshot: 2,
  bookmark: 1,
  writeBackup: 2,
  rollbackBackup: 2,
  snapshotBackup: 2,
  expireBackup: 2,
  hold: 1,
  snapshotEverything: 1,
  childOfBackup: 1,
  cloneOfBackup: 1,
  limitBackup: 1,
  rotate: 1,
  recreate: 1,
  renameDataset: 1,
  bringBack: 2,
  destroyBackup: 1,
  renameBackup: 1,
  export: 1,
  import: 2,
  degrade: 1,
  suspend: 1,
  online: 3,
  readonly: 0.5,
  fill: 1,
  skew: 1,
  foreign: 3,
  down: 1,
  up: 3,
  scan: 18,
  check: 2,
  settle: 6,
  lookAtOne: 3,
  repair: 5,
  confirm: 4,
  inPlace: 3,
  twoPress: 1,
  cancel: 3,
  idle: 4,
  moment: 6,
  minutes: 4,
  hours: 5,
  jump: 1,
  kill: 2,
  killSoon: 3,
  stop: 1,
  reload: 2,
  pause: 0.5,
  resume: 1,
  fault: 14,
  disk: 1,
}

/** What came with the second world. */
export const MORE_WEIGHTS: Readonly<Record<string, number>> = {
  retention: 3,
  deadReplication: 3,
  otherNames: 2,
  oddChild: 2,
  manyChildren: 0.15,
  syncoid: 2,
  zrepl: 2,
  mountAndWrite: 1,
  tightQuota: 1,
  skewAnHour: 1,
  loseDatabase: 0.3,
  ransomware: 1,
  thief: 1,
  shortenRetention: 1,
  downForLong: 0.5,
  adopt: 3,
}

/** The sequence of a seed; always the same one. */
export function generate(seed: number, longest = 30, world: 1 | 2 = 2): Sequence {
  const random = new Random(seed)
  const weights = Object.entries(world === 1 ? WEIGHTS : { ...WEIGHTS, ...MORE_WEIGHTS })
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0)
  const length = 6 + random.int(longest - 5)
  const operations = Array.from({ length }, (): Operation => {
    let left = random.next() * total
    const found = weights.find(([, weight]) => {
      left -= weight
      return left < 0
    })
    return { op: found?.[0] ?? 'scan', a: random.int(65_536), b: random.int(65_536), c: random.int(65_536) }
  })
  return { seed, world, operations }
}
