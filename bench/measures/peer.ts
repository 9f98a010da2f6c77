import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findSyncoid, type Peer } from '../beds/peer-program.ts'
import { startService } from '../beds/service.ts'
import type { World } from '../beds/world.ts'
import type { Figure, Measure } from '../measure.ts'
import { lowerBound } from './lower-bound.ts'

/** What another program takes for the same answer. */
export const peer: Measure = {
  name: 'peer',
  about:
    'A check of datasets that are in step, by `syncoid --recursive --no-sync-snap` of Debian (which transfers nothing then) and by a ' +
    'service that was just started, on the same simulated hosts; commands are counted by their servers. ' +
    'syncoid is not made for checking: it is what people run all the same to know that a backup is in step.',
  async run({ quick, worlds }) {
    const size = quick ? { datasets: 20, snapshots: 20 } : { datasets: 100, snapshots: 200 }
    const found = findSyncoid()
    if ('missing' in found) return [notMeasured(found.missing)]
    const world = await worlds.get(size)
    const known = await startService(world)
    await known.scan()
    await known.stop()
    const service = await startService(world, { keepData: true })
    const ours = await watched(world, () => service.scan()).finally(() => service.stop())
    const least = await lowerBound(world)
    const theirs = await watched(world, () => syncoid(found, world))
    const name = `${size.datasets} × ${size.snapshots}`
    return [
      figure(`zwitness, full check of ${name}`, ours, least),
      figure(`syncoid, the same check of ${name}`, theirs, least),
      {
        what: 'remote ssh commands: ours for each of syncoid',
        value: ours.ssh / theirs.ssh,
        unit: 'ratio',
        against: `${ours.ssh} and ${theirs.ssh}, both hosts together`,
        goal: null,
      },
    ]
  },
}

interface Check {
  readonly ms: number
  readonly ssh: number
  readonly zfs: number
}

async function watched(world: World, work: () => Promise<void>): Promise<Check> {
  const count = (what: 'ssh' | 'zfs') => world.asked('p')[what] + world.asked('b')[what]
  const before = { ssh: count('ssh'), zfs: count('zfs') }
  const began = performance.now()
  await work()
  return { ms: performance.now() - began, ssh: count('ssh') - before.ssh, zfs: count('zfs') - before.zfs }
}

function figure(what: string, { ms, ssh, zfs }: Check, least: number): Figure {
  const against = `${ms.toFixed(0)} ms beside ${least.toFixed(0)} ms of the lower bound; ${ssh} remote ssh commands, ${zfs} zfs calls`
  return { what, value: ms / least, unit: 'ratio', against, goal: null }
}

async function syncoid({ program, library }: Peer, { directory, sshConfig, environment, user }: World): Promise<void> {
  const bin = join(directory, 'peer-bin')
  mkdirSync(bin, { recursive: true })
  // It knows no -F.
  writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F '${sshConfig}' "$@"\n`)
  chmodSync(join(bin, 'ssh'), 0o755)
  const words = ['--recursive', '--skip-parent', '--no-sync-snap', '--no-privilege-elevation', '--compress=none']
  const child = Bun.spawn(['perl', program, ...words, `${user}@p:ppool`, `${user}@b:bpool`], {
    env: { ...environment, PATH: `${bin}:${environment.PATH}`, PERL5LIB: library },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [said, complaint] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) throw new Error(`syncoid failed: ${(complaint + said).slice(-1000)}`)
}

function notMeasured(why: string): Figure {
  return {
    what: 'syncoid, the same check of 100 × 200',
    value: null,
    unit: 'ratio',
    against: `NOT MEASURED: ${why}. Nothing here says how others do.`,
    goal: null,
  }
}
