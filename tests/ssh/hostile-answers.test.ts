import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { HostConfig } from '#config/effective.ts'
import { writeTextFileAtomic } from '#lib/host/files.ts'
import { createSans } from '#lib/san/san.ts'
import type { SshClient } from '#lib/ssh/ssh.ts'
import { homeWithBashrc, processesWith, type SshWorld, startSshWorld } from './fixture.ts'

setDefaultTimeout(300_000)

/* SANs that answer whatever they like, behind real sshds: each costs itself, and nobody else. */
let world: SshWorld
let ssh: SshClient
const NAMES = ['tank/a', 'tank/b', 'tank/c']

beforeAll(async () => {
  world = await startSshWorld(['evil', 'good'])
  ssh = world.client()
  await answers('good', {})
})
afterAll(() => world.stop())

/** What the host's `zfs` does before a row of snapshots of one dataset, or before it lists datasets (`datasets`). */
async function answers(host: string, deeds: Readonly<Record<string, string>>): Promise<void> {
  const cases = Object.entries(deeds).map(([name, deed]) => `${name}) ${deed};;`)
  const facts = ['tank', ...NAMES].map(
    (name, index) =>
      `${name})  printf '${name}\\tfilesystem\\t${index + 1}\\t1\\t1700000000\\t-\\t1700000500\\t-\\t0\\t1\\t1\\t9\\toff\\tyes\\toff\\t-\\t-\\n';;`,
  )
  const text = `#!/bin/sh
case "$*" in
*snapshot,bookmark*)
  for name; do
    case $name in ${cases.filter((one) => !one.startsWith('datasets)')).join('\n')} esac
    case $name in tank/*) printf '%s@s1\\tsnapshot\\t7\\t7\\t1700000000\\t0\\n' "$name";; esac
  done;;
*)
  ${deeds.datasets ?? ''}
  for name; do case $name in ${facts.join('\n')} esac; done;;
esac
`
  await writeTextFileAtomic(`${world.directory}/zfs-${host}`, text, 0o755)
  await writeTextFileAtomic(
    `${world.directory}/zpool-${host}`,
    `#!/bin/sh\nprintf 'tank\\tONLINE\\toff\\t1000\\t900\\n'\n`,
    0o755,
  )
}

/** What was read of each host, all of them at the same time. */
async function look(...hosts: readonly string[]): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> {
  const sans = createSans({
    ssh,
    host: (id) => ({ id, zfsCommand: [`${world.directory}/zfs-${id}`] }) as unknown as HostConfig,
    limits: () => ({ silenceMs: 60_000, timeoutMs: 240_000, tries: 1 }),
    now: Date.now,
  })
  const datasets = NAMES.map((name) => ({ name, recursive: false }))
  const readings = await sans.read(
    hosts.map((host) => ({ host, datasets })),
    { mode: 'fresh' },
  )
  return Object.fromEntries(
    [...readings].map(([host, reading]) => [
      host,
      reading.reached
        ? Object.fromEntries(
            [...reading.sides].map(([name, side]) => [
              name,
              side.state === 'unknown' ? side.fault.message : side.state,
            ]),
          )
        : { all: reading.fault.message },
    ]),
  )
}
const PRESENT = { 'tank/a': 'present', 'tank/b': 'present', 'tank/c': 'present' }

describe('a listing of snapshots', () => {
  test('without end: of that dataset nothing is known, the others are read, and nothing goes on there', async () => {
    await answers('evil', { 'tank/b': "yes 'tank/b' | sed 's/$/@x/; s/$/\\tsnapshot\\t7\\t7\\t1700000000\\t0/'" })
    const { evil, good } = await look('evil', 'good')
    expect(evil).toEqual({
      ...PRESENT,
      'tank/b': expect.stringContaining('more than 100,000 snapshots and bookmarks of tank/b'),
    })
    expect(good).toEqual(PRESENT)
    expect(await processesWith('yes tank/b', 60_000)).toBe(0)
  })

  test('with one row too many: the limit is named, and what to do', async () => {
    const rows = (count: number) =>
      `awk 'BEGIN { for (i = 0; i < ${count}; i++) printf "tank/c@s%d\\tsnapshot\\t%d\\t%d\\t1700000000\\t0\\n", i + 2, i + 9, i + 9 }'`
    await answers('evil', { 'tank/c': rows(100_000) })
    expect((await look('evil')).evil).toEqual({
      ...PRESENT,
      'tank/c':
        'evil lists more than 100,000 snapshots and bookmarks of tank/c, the most that are read of one dataset: destroy those that are not needed there, and keep fewer, or nothing can be said of it.',
    })
    await answers('evil', { 'tank/c': rows(99_999) })
    expect((await look('evil')).evil).toEqual(PRESENT)
  })

  test('that is no listing and has no end: so too', async () => {
    await answers('evil', { 'tank/a': 'yes' })
    const { evil } = await look('evil')
    expect(evil?.['tank/a']).toContain('cannot be read')
  })
})

describe('stderr', () => {
  test('without end, markers of places that nobody asked for: the host is not read, the other one is', async () => {
    const nonce = "$(tr '\\0' '\\n' < /proc/$PPID/cmdline | grep -o '@@B:[0-9a-f]*' | head -n 1 | cut -c 5-)"
    await answers('evil', {
      datasets: `nonce=${nonce}; yes "@@B:$nonce:99
@@E:$nonce:99:0" >&2`,
    })
    const { evil, good } = await look('evil', 'good')
    for (const message of Object.values(evil ?? {}))
      expect(message).toContain('wrote more than a command of ours can mean')
    expect(good).toEqual(PRESENT)
    expect(await processesWith('yes @@B', 60_000)).toBe(0)
  })

  test('of a leg of a transfer without end: the transfer ends, with that reason', async () => {
    const outcome = await ssh.transfer({
      source: { host: 'evil', argv: ['sh', '-c', 'yes 8813.1 >&2'] },
      sink: { host: 'good', argv: ['cat'] },
      bandwidthLimit: null,
      stallMs: 240_000,
    })
    expect(outcome.ended).toBe('failed')
    expect(outcome.source.fault).toMatchObject({ kind: 'too-much-output', host: 'evil' })
    expect(await processesWith('yes 8813.1', 60_000)).toBe(0)
  })

  test('of a login without end: said at once, and not when the time for it is over', async () => {
    const loud = await startSshWorld(['loud'], {
      env: { HOME: await homeWithBashrc(`${world.directory}/home`, 'yes 8813.2 >&2\n') },
    })
    try {
      const { fault } = await loud.client().batch('loud', [{ id: 'a', argv: ['echo', '1'] }], { tries: 1 })
      expect(fault).toMatchObject({ kind: 'too-much-output' })
      expect(await processesWith('yes 8813.2', 60_000)).toBe(0)
    } finally {
      await loud.stop()
    }
  })
})
