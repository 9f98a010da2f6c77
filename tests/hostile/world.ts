import type { SshClient } from '#lib/ssh/ssh.ts'
import { Bed } from '#tests/bed/bed.ts'
import { sendByHand } from '#tests/bed/by-hand.ts'
import { Random } from '#tests/bed/random.ts'
import type { HonestSnapshot } from './answer.ts'
import { KIDS, LINES, type Line, linesOf, nameOn, POOLS } from './names.ts'
import { ON_SAN } from './on-san.ts'
import { Recorder } from './recorder.ts'
import { HostileSan } from './san.ts'
import type { LookScript } from './script.ts'
import { anyToken } from './tokens.ts'

const HOUR = 3600_000
/** From one look to the next, so much that whatever one holds up is over by then. */
export const BETWEEN_MS = 12 * HOUR
export const MAX_DELAY_HOURS = 72
const BYTES = 30_000
const KEY = { properties: { encryption: 'aes-256-gcm', keyformat: 'passphrase' }, passphrase: 'passphrase' }

/** Three SANs and a witness. Two of the same seed differ in nothing but in what the third one does and says. */
export class World {
  readonly bed: Bed
  readonly x: HostileSan
  readonly recorder: Recorder
  /** What the honest did to their own since the look before: theirs to lose. */
  readonly removed = new Set<string>()
  readonly #seed: number

  private constructor(bed: Bed, x: HostileSan, recorder: Recorder, seed: number) {
    this.bed = bed
    this.x = x
    this.recorder = recorder
    this.#seed = seed
  }

  static async open(seed: number): Promise<World> {
    const recorder = new Recorder()
    let x: HostileSan | null = null
    const random = new Random(seed ^ 0x0b5e55)
    const bed: Bed = await Bed.open({
      seed,
      hosts: Object.entries(POOLS).map(([id, pool]) => ({ id, pool })),
      mappings: LINES.map((line) => ({
        name: line.name,
        primary: line.primary,
        backup: line.backup,
        settings: {
          id: line.id,
          ...(line.recursive ? { recursive: true } : {}),
          ...(line.raw === undefined ? {} : { send: { raw: line.raw } }),
        },
      })),
      defaults: {
        auto_repair: true,
        repair_when: 'behind',
        primary_max_age_hours: 0,
        max_delay_hours: MAX_DELAY_HOURS,
        on_diverged: random.pick(['set_aside', 'proven']),
        anchor: random.pick(['bookmark', 'none']),
      },
      through: (ssh): SshClient => ({
        ...ssh,
        batch: (host, commands, options = {}) => {
          recorder.batch(host, commands)
          return host === 'x' && x !== null ? x.batch(commands, options) : ssh.batch(host, commands, options)
        },
        transfer: (request) => {
          recorder.transfer(request)
          const own = request.source.host === 'x' || request.sink.host === 'x'
          return own && x !== null ? x.transfer(ssh, request) : ssh.transfer(request)
        },
      }),
    })
    const knows = {
      about: (dataset: string, look: LookScript) => about(dataset, look),
      otherSide: (dataset: string) => otherSide(bed, dataset),
      somebodyElses: (from: Random) => somebodyElses(from),
      token: (from: Random, dataset: string) => anyToken(from, dataset, (host, name) => snapshotsOn(bed, host, name)),
    }
    x = new HostileSan(bed.host('x'), { clock: bed.clock, faults: bed.faults, knows })
    const world = new World(bed, x, recorder, seed)
    await world.#furnish()
    return world
  }

  /** In step, every line, before anything hostile is said. */
  async #furnish(): Promise<void> {
    const { bed } = this
    const { zfs } = bed.host('a')
    for (const line of LINES) {
      const host = bed.host(line.primary)
      const name = nameOn(line.primary, line)
      if (host.zfs.store.allPools()[0]?.datasets.some((each) => each.name === name) !== true) {
        host.zfs.batch(() => {
          host.zfs.dataset.create(name, line.raw === undefined ? {} : KEY)
          const all = [name, ...(line.recursive ? KIDS.map((kid) => `${name}/${kid}`) : [])]
          for (const each of all) {
            if (each !== name) host.zfs.dataset.create(each)
            for (const short of ['s1', 's2', 's3']) host.zfs.snapshot(`${each}@${short}`, { bytes: BYTES })
          }
        })
      }
      const to = bed.host(line.backup)
      if (line.raw === undefined) {
        for (const kid of ['', ...(line.recursive ? KIDS.map((each) => `/${each}`) : [])])
          host.zfs.replicate(`${name}${kid}`, to.zfs, `${nameOn(line.backup, line)}${kid}`)
        continue
      }
      const target = nameOn(line.backup, line)
      await sendByHand({ host: bed.host('a'), send: ['-w', `${name}@s1`] }, { host: to, receive: [target] })
      await sendByHand(
        { host: bed.host('a'), send: ['-w', '-I', '@s1', `${name}@s3`] },
        { host: to, receive: [target] },
      )
    }
    zfs.store.forget()
    await bed.start()
    await bed.scan()
    await bed.clock.pass(HOUR)
    await bed.scan()
    const ill = bed.engine.datasets().filter(({ verdict }) => verdict.health !== 'HEALTHY')
    if (ill.length > 0)
      throw new Error(
        `The world is not well before it begins: ${ill.map(({ dataset, verdict }) => `${dataset.id} ${verdict.reasons.map(({ code }) => code).join(' ')}`).join(', ')}.`,
      )
    this.recorder.clear()
  }

  /** What people do before a look, the same in each world of this seed. @returns when the look is */
  async honestWork(look: number): Promise<void> {
    const { bed } = this
    const random = new Random((this.#seed * 31 + look) ^ 0x40e57)
    const at = START_MS + (look + 1) * BETWEEN_MS
    await bed.clock.pass(Math.max(0, at - bed.clock.now()))
    this.removed.clear()
    const creation = Math.floor(at / 1000)
    for (const line of LINES) {
      const host = bed.host(line.primary)
      const name = nameOn(line.primary, line)
      if (line.id === 'shared-x') continue
      for (const each of [name, ...(line.recursive ? KIDS.map((kid) => `${name}/${kid}`) : [])]) {
        const guid = `${random.bits64() | 1n}`
        const bytes = 1 + random.int(BYTES)
        if (!random.chance(0.2)) continue
        this.#quietly(line.primary, () => host.zfs.snapshot(`${each}@s${look + 4}`, { creation, guid, bytes }))
      }
    }
    // Retention, and somebody who took a snapshot of a backup: what follows is for a repair to do, in both worlds.
    const retained = random.chance(0.2)
    const own = random.chance(0.12)
    const guid = `${random.bits64() | 1n}`
    const which = random.pick(['one', 'shared'])
    if (retained) this.#forgetOldest(`${POOLS.a}/${which}`)
    if (own) bed.host('b').zfs.snapshot(`${POOLS.b}/${which}@own${look}`, { creation, guid, bytes: 700 })
  }

  #forgetOldest(dataset: string): void {
    const all = snapshotsOn(this.bed, 'a', dataset)
    const oldest = all[0]
    if (oldest === undefined || all.length < 4) return
    this.bed.host('a').zfs.forget(`${dataset}@${oldest.name}`)
    this.removed.add(`a snapshot ${oldest.guid}`)
  }

  /** On the hostile SAN there may be nothing left to do it to. */
  #quietly(host: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      if (host !== 'x') throw error
    }
  }

  /** What the hostile SAN does to itself, and what it is going to say. */
  hostileWork(look: LookScript): void {
    const { bed, x } = this
    x.begin(look)
    const host = bed.host('x')
    host.setClock(0)
    host.zfs.setPool(host.pool, { imported: true, readonly: false, health: 'ONLINE' })
    for (const { deed, seed } of look.deeds) {
      const act = ON_SAN[deed]
      if (act === undefined) continue
      const random = new Random(seed)
      host.zfs.store.forget()
      const names = host.zfs.store
        .allPools()
        .flatMap(({ datasets }) => datasets.map(({ name }) => name))
        .filter((name) => name !== host.pool && about(name, look))
      if (names.length === 0) continue
      try {
        act({
          host,
          random,
          names,
          snapshots: (dataset) => snapshotsOn(bed, 'x', dataset).map(({ name }) => `${dataset}@${name}`),
          otherSide: (dataset) => otherSide(bed, dataset),
          newName: () => `x${random.int(1e6)}`,
        })
        x.count(deed)
      } catch (error) {
        // ZFS refuses some of it, as a snapshot of a dataset that is being received.
        if (!(error instanceof Error)) throw error
      }
    }
  }

  async close(): Promise<void> {
    await this.bed.close()
  }
}

/** As the bed has it. */
const START_MS = Date.UTC(2026, 10, 22, 12)

function about(dataset: string, { role }: LookScript): boolean {
  const bare = dataset.replace(/[@#].*$/s, '')
  if (role === 'both') return bare.startsWith(POOLS.x)
  return linesOf('x', dataset).some((line) => (role === 'backup' ? line.backup : line.primary) === 'x')
}

export function snapshotsOn(bed: Bed, host: string, dataset: string): HonestSnapshot[] {
  const { store } = bed.host(host).zfs
  store.forget()
  for (const pool of store.allPools()) {
    const found = pool.datasets.find(({ name }) => name === dataset)
    if (found !== undefined)
      return store.history(pool, found).snapshots.map(({ name, guid, txg, time }) => ({ name, guid, txg, time }))
  }
  return []
}

function otherSide(bed: Bed, dataset: string): HonestSnapshot[] {
  const bare = dataset.replace(/[@#].*$/s, '')
  const line = LINES.find((each) => (each.primary === 'x' || each.backup === 'x') && linesOf('x', bare).includes(each))
  if (line === undefined) return []
  const other = line.primary === 'x' ? line.backup : line.primary
  return snapshotsOn(bed, other, `${POOLS[other]}/${bare.slice(POOLS.x.length + 1)}`)
}

const somebodyElses = (random: Random): string => {
  const line: Line = random.pick(LINES)
  const host = random.pick((['a', 'b'] as const).filter((id) => id === line.primary || id === line.backup))
  return nameOn(host, line)
}
