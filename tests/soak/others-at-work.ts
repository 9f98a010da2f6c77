import { runCommand } from '#tests/bed/command.ts'
import type { BedHost } from '#tests/bed/host.ts'
import { MemoryPipe } from '#tests/bed/pipe.ts'
import { lossKey } from '#tests/invariants/losses.ts'
import { type Field, TIGHT_BYTES } from './field.ts'
import type { Operation } from './operation.ts'
import { backup, zfs } from './places.ts'

/** Other replicators on the same pair, and people who use a backup as if it were theirs. */
export const OTHERS_AT_WORK: Readonly<Record<string, (field: Field, operation: Operation) => void | Promise<void>>> = {
  /** As syncoid does: a snapshot of its own, `-I` from the newest common one, `receive -F`, its older ones destroyed. */
  async syncoid(field, { a, b }) {
    const pair = pairOf(field, a)
    if (pair === null) return
    const { host, from, to } = pair
    const own = field.newName('syncoid_w_')
    await zfs(field.primaryHost(), 'snapshot', `${from}@${own}`)
    const base = commonOf(field, pair)
    if (b % 5 !== 0 && base !== null) {
      // What -F rolls back is theirs to lose.
      const there = field.find(host.id, to)
      const after = there?.snapshots.slice(1 + there.snapshots.findIndex(({ guid }) => guid === base.guid)) ?? []
      for (const each of after) field.forgets(host.id, each)
      for (const seed of there?.data ?? []) field.removed.add(lossKey(host.id, 'live', seed))
      await send(field, pair, ['-I', `@${base.name}`, `${from}@${own}`], ['-s', '-F', '-u'])
    }
    for (const [san, name] of [
      [field.primaryHost(), from],
      [host, to],
    ] as const)
      for (const each of field.find(san.id, name)?.snapshots ?? []) {
        if (!each.name.startsWith('syncoid_') || each.name === own) continue
        field.forgets(san.id, each)
        await zfs(san, 'destroy', `${name}@${each.name}`)
      }
  },

  /** As zrepl does: a snapshot, a cursor bookmark, a step of `-i`, a hold on what has arrived. */
  async zrepl(field, { a, b }) {
    const pair = pairOf(field, a)
    if (pair === null) return
    const { host, from, to } = pair
    const own = field.newName('zrepl_')
    await zfs(field.primaryHost(), 'snapshot', `${from}@${own}`)
    const base = commonOf(field, pair)
    if (base === null) return
    await send(field, pair, ['-i', `@${base.name}`, `${from}@${own}`], ['-s', '-u'])
    const arrived = field.find(host.id, to)?.snapshots.find(({ name }) => name === own)
    if (arrived === undefined) return
    await zfs(field.primaryHost(), 'bookmark', `${from}@${own}`, `${from}#zrepl_CURSOR_${own}`)
    if (b % 2 === 0) await zfs(host, 'hold', 'zrepl_last_received', `${to}@${own}`)
  },

  /** Somebody mounts a backup, works in it and forgets it there. */
  async mountAndWrite(field, { a, b }) {
    const [host, name] = backup(field, a)
    if (field.find(host.id, name) === null) return
    await zfs(host, 'set', 'readonly=off', name)
    await zfs(host, 'mount', name)
    field.writeTo(host, name, 1 + (b % 200_000))
  },

  /** A quota close to what is used: the next increment may not fit. */
  async tightQuota(field, { a, b }) {
    const [host, name] = backup(field, a)
    if (field.find(host.id, name) === null) return
    const { store } = host.zfs
    const used =
      store
        .allPools()
        .flatMap((pool) => pool.datasets)
        .find((each) => each.name === name)?.own ?? 0
    store.forget()
    const limit = Math.min(TIGHT_BYTES - 1, used + 20_000 + (b % 100_000))
    await zfs(host, 'set', `${b % 2 === 0 ? 'quota' : 'refquota'}=${limit}`, name)
  },

  /** A clock that is wrong by an hour, as after a change of summer time that one side took for UTC. */
  skewAnHour(field, { a, b }) {
    field.hostBy(a).setClock([3600, -3600, 0][b % 3] ?? 0)
  },

  /** Names as they come: dots and slashes that look alike when made an id, blanks, and as long as ZFS allows. */
  async oddChild(field, { a, b }) {
    const root = rootOf(field, a)
    if (root === null) return
    const long = 'n'.repeat(Math.max(1, 238 - root.length + (b % 3)))
    const kids =
      [['web/prod', 'web.prod'], ['my data', 'my_data'], [long], ['a:b', 'a_b'], ['x-y', 'x.y', 'x/y']][b % 5] ?? []
    for (const kid of kids) {
      if (field.find('a', `${root}/${kid}`) !== null) continue
      await zfs(field.primaryHost(), 'create', '-p', `${root}/${kid}`)
      if (field.find('a', `${root}/${kid}`) !== null) field.snapshot(`${root}/${kid}`, 1000)
    }
  },

  manyChildren(field, { a, b }) {
    const root = rootOf(field, a)
    if (root === null || field.primaries.length > 20) return
    const { zfs: san } = field.primaryHost()
    san.batch(() => {
      for (let left = 30 + (b % 50); left > 0; left--) {
        const name = `${root}/${field.newName('many')}`
        san.dataset.create(name)
        field.snapshot(name, 0)
      }
    })
  },
}

function rootOf(field: Field, a: number): string | null {
  const roots = field.bed.settings.mappings.filter(({ settings }) => settings?.recursive === true)
  const found = roots[a % Math.max(1, roots.length)]
  const root = found === undefined ? null : `tank/${found.name}`
  return root !== null && field.find('a', root) !== null ? root : null
}

interface Pair {
  readonly host: BedHost
  readonly from: string
  readonly to: string
}

function pairOf(field: Field, a: number): Pair | null {
  const [host, to] = backup(field, a)
  const from = `tank${to.slice(host.pool.length)}`
  const there = field.find(host.id, to)
  if (field.find('a', from) === null || there === null || there.partial !== null) return null
  return { host, from, to }
}

function commonOf(field: Field, { host, from, to }: Pair) {
  const held = new Set(field.find(host.id, to)?.snapshots.map(({ guid }) => guid))
  return field.find('a', from)?.snapshots.findLast(({ guid }) => held.has(guid)) ?? null
}

async function send(field: Field, { host, to }: Pair, words: string[], flags: string[]): Promise<void> {
  const wire = new MemoryPipe()
  const raw = field.bed.settings.mappings.some(({ settings }) => settings?.send !== undefined) ? ['-w'] : []
  const sending = runCommand(['zfs', 'send', ...raw, ...words], field.primaryHost(), {
    read: async () => 0,
    write: (piece) => wire.write(piece),
  }).finally(() => wire.end())
  const receiving = runCommand(['zfs', 'receive', ...flags, to], host, {
    read: (buffer, offset, length) => wire.read(buffer, offset, length),
    write: async () => {},
  })
  await receiving
  wire.break()
  await sending
}
