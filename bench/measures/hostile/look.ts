/** `look.ts DIRECTORY DEED LOOKS`: reads a hostile host, and a good one meanwhile; prints what that cost as JSON. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HostConfig } from '#config/effective.ts'
import { createSans } from '#lib/san/san.ts'
import { createSsh } from '#lib/ssh/ssh.ts'
import { type Deed, datasetsOf, HOSTS } from './world.ts'

const [directory = '', deed = 'nothing', looks = '1'] = process.argv.slice(2)
const ssh = createSsh({
  hosts: Object.values(HOSTS).map((id) => ({
    id,
    hostname: '127.0.0.1',
    port: 22,
    user: 'u',
    identityFile: join(directory, 'key'),
    proxyJump: null,
    connectTimeoutSeconds: 5,
    maxHandshakes: 4,
  })),
  knownHostsFiles: [],
  ciphers: [],
  serverAliveIntervalSeconds: 15,
  serverAliveCountMax: 3,
  configFile: join(directory, 'config'),
  socketDirectory: join(directory, 's'),
  sshCommand: join(directory, 'ssh'),
})
const sans = createSans({
  ssh,
  host: (id) => ({ id, zfsCommand: ['zfs'] }) as unknown as HostConfig,
  limits: () => ({ silenceMs: 60_000, timeoutMs: 900_000, tries: 1 }),
  now: () => Date.now(),
})

const read = async (host: string, names: readonly string[], mode: 'fresh' | 'incremental') => {
  const began = performance.now()
  const reading = (
    await sans.read([{ host, datasets: names.map((name) => ({ name, recursive: false })) }], { mode })
  ).get(host)
  return { seconds: (performance.now() - began) / 1000, reading }
}
const good = () => read(HOSTS.good, datasetsOf('nothing'), 'fresh')
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const status = (field: string) =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'latin1'))?.[1]) / 1000

const alone: number[] = []
for (let turn = 0; turn < 7; turn++) alone.push((await good()).seconds)
Bun.gc(true)
const before = status('VmRSS')
// From here on the most is counted anew.
writeFileSync('/proc/self/clear_refs', '5')

let latest = performance.now()
let late = 0
const ticking = setInterval(() => {
  late = Math.max(late, performance.now() - latest - 5)
  latest = performance.now()
}, 5)
const beside: number[] = []
let said: Record<string, string> = {}
let done = false
const attack = (async () => {
  const began = performance.now()
  for (let look = 1; look <= Number(looks); look++) {
    writeFileSync(join(directory, HOSTS.evil, 'look'), `${look}`)
    const { reading } = await read(HOSTS.evil, datasetsOf(deed as Deed), 'incremental')
    said =
      reading === undefined || !reading.reached
        ? { host: reading?.fault.kind ?? 'none' }
        : Object.fromEntries(
            [...reading.sides].map(([name, side]) => [name, side.state === 'unknown' ? side.fault.kind : side.state]),
          )
  }
  done = true
  return (performance.now() - began) / 1000
})()
do {
  const { seconds, reading } = await good()
  beside.push(seconds)
  if (reading?.reached !== true || [...reading.sides.values()].some(({ state }) => state !== 'present'))
    throw new Error('The good host was not read.')
} while (!done)
const took = await attack
clearInterval(ticking)
const most = status('VmHWM')
Bun.gc(true)
await Bun.sleep(500)
Bun.gc(true)
console.log(
  JSON.stringify({
    most: most - before,
    stays: status('VmRSS') - before,
    delay: Math.max(...beside) - median(alone),
    late: late / 1000,
    took,
    said: [...new Set(Object.values(said))],
  }),
)
await ssh.close()
process.exit(0)
