import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { PRODUCT_YAML } from '#config/load.fixture.ts'
import { copyTo, delegate, guids, makePrimary, openLab, remove, root } from '../lab.ts'
import { until, Witness } from '../witness.ts'

const lab = openLab()
const MINUTES = 60_000

/** PRODUCT's own YAML; only the login differs, and what is behind is repaired before it is late. */
function yaml(user: string, extra = ''): string {
  return PRODUCT_YAML.replaceAll('ssh_user: zfsadmin', `ssh_user: ${user}`).replace(
    'pairs:',
    `defaults: { repair_when: behind, ${extra} primary_max_age_hours: 0 }\npairs:`,
  )
}

const USERS = ['root', 'zfsadmin'] as const
type User = (typeof USERS)[number]

/** One user's three steps, one after the other; both users go at once, for most of it is waiting. */
class Story {
  readonly healed: Promise<void>
  readonly resumed: Promise<void>
  readonly restarted: Promise<void>
  readonly #user: User
  readonly #witness: Witness
  readonly #names: Readonly<Record<'P' | 'B' | 'ID' | 'missingP' | 'missingB' | 'missingId', string>>

  constructor(user: User) {
    this.#user = user
    const n = USERS.indexOf(user) + 1
    this.#names = {
      P: `hqs8p1/HQS8DAT${n}`,
      B: `hqs1p1/HQS8DAT${n}`,
      ID: `hqs8-hqs1.HQS8DAT${n}`,
      missingP: `hqs10p1/HQS10DAT${n}`,
      missingB: `hqs7p1/HQS10DAT${n}`,
      missingId: `hqs10-hqs7.HQS10DAT${n}`,
    }
    this.#witness = new Witness(lab, this.#yaml())
    this.healed = this.#clean().then(() => this.#heal())
    this.resumed = this.healed.then(() => this.#cutSsh())
    this.restarted = this.resumed.then(() => this.#killService())
    // Each is looked at by its own test, later than it may fail.
    for (const step of [this.healed, this.resumed, this.restarted]) step.catch(() => undefined)
  }

  async close(): Promise<void> {
    await this.restarted.catch(() => undefined)
    await this.#witness.close()
    await this.#clean()
  }

  #clean(): Promise<void> {
    const { P, B, missingP, missingB } = this.#names
    return remove(lab, P, B, missingP, missingB)
  }

  #yaml(extra = ''): string {
    const n = USERS.indexOf(this.#user) + 1
    return yaml(this.#user, extra).replaceAll('DAT1', `DAT${n}`)
  }

  async #heal(): Promise<void> {
    const witness = this.#witness
    const { P, B, ID, missingP, missingB, missingId } = this.#names
    await makePrimary(lab, P, 4)
    await copyTo(lab, P, B, 's1')
    await makePrimary(lab, missingP, 3)
    await witness.start()
    const one = await witness.status(ID, 'HEALTHY', 300)
    const other = await witness.status(missingId, 'HEALTHY', 300)
    expect(one.reason.code).toBe('UP_TO_DATE')
    expect(other.reason.code).toBe('UP_TO_DATE')
    expect(await guids(lab, B)).toEqual(await guids(lab, P))
    expect(await guids(lab, missingB)).toEqual(await guids(lab, missingP))
    expect((await root(lab, `zfs get -Ho value readonly ${missingB}`)).trim()).toBe('on')

    const { items } = await witness.get(`/api/runs?kind=REPAIR&datasetId=${ID}`)
    expect(items).toHaveLength(1)
    expect(items[0].state).toBe('SUCCEEDED')
    const run = await witness.get(`/api/runs/${items[0].id}`)
    expect(run.plan.kind).toBe('INCREMENTAL')
    const seeded = await witness.get(`/api/runs?kind=REPAIR&datasetId=${missingId}`)
    expect((await witness.get(`/api/runs/${seeded.items.at(-1).id}`)).plan.kind).toBe('SEED')
    const commands = run.steps.flatMap((step: any) => step.commands.map((command: any) => command.argv.join(' ')))
    expect(commands).toContain(`zfs send -v -P -L -c -I ${P}@s1 ${P}@s4`)
    const received = commands.filter((line: string) => line.startsWith('zfs receive'))
    // As far as the login could set it, a stream brings nothing that acts on the host.
    expect(received).toEqual([expect.stringMatching(new RegExp(`^zfs receive -s -u (-[ox] [a-z]+(=\\w+)? )+${B}$`))])
    for (const property of ['readonly', 'canmount']) expect(received[0]).toMatch(new RegExp(` -[ox] ${property}[ =]`))
  }

  async #cutSsh(): Promise<void> {
    const witness = this.#witness
    const { P, B, ID } = this.#names
    await witness.stop()
    witness.configure(this.#yaml('bandwidth_limit: 2MiB/s,'))
    await root(
      lab,
      `dd if=/dev/urandom of=/pools/${P}/big bs=1M count=24 2>/dev/null; zpool sync hqs8p1; zfs snapshot ${P}@big`,
    )
    await witness.start()
    const run = await transferring(witness, ID, 6 * 1024 * 1024)
    await killOurSsh(witness, 'hqs1')
    const ended = await witness.ended(run.id, 180)
    expect(ended.state).toBe('SUCCEEDED')
    const transfers = (await witness.get(`/api/runs/${run.id}`)).steps
    expect(JSON.stringify(transfers)).toContain('RESUME')
    // 24 MiB of random data; what was sent twice is at most what was on its way.
    expect(ended.bytes).toBeLessThan(24 * 1024 * 1024 * 1.35)
    expect(ended.bytes).toBeGreaterThan(24 * 1024 * 1024 * 0.98)
    await witness.status(ID, 'HEALTHY')
    expect(await guids(lab, B)).toEqual(await guids(lab, P))
  }

  async #killService(): Promise<void> {
    const witness = this.#witness
    const { P, B, ID } = this.#names
    await root(
      lab,
      `dd if=/dev/urandom of=/pools/${P}/huge bs=1M count=24 2>/dev/null; zpool sync hqs8p1; zfs snapshot ${P}@huge`,
    )
    await witness.post(`/api/run`)
    const run = await transferring(witness, ID, 8 * 1024 * 1024)
    await witness.kill()
    await until(
      'nothing of ours is left here',
      20,
      async () => Bun.spawnSync(['pgrep', '-f', `${witness.directory}/data/ssh/config`]).exitCode === 1,
    )
    await until(
      'no receive of ours is left there',
      60,
      async () => (await root(lab, `pgrep -f 'zfs receive -s -u .*${B}' || true`)).trim() === '',
    )
    await witness.start()
    await until(
      'it is healed',
      180,
      async () => (await witness.get(`/api/datasets/${ID}`)).newestCommon?.name === 'huge',
    )
    await witness.status(ID, 'HEALTHY')
    expect((await witness.get(`/api/runs/${run.id}`)).state).toBe('INTERRUPTED')
    const { items } = await witness.get(`/api/runs?kind=REPAIR&datasetId=${ID}`)
    const after = items.find((each: any) => each.state === 'SUCCEEDED')
    expect(after.bytes).toBeLessThan(20 * 1024 * 1024)
    expect((await witness.get(`/api/runs/${after.id}`)).plan.kind).toBe('RESUME')
    expect(await guids(lab, B)).toEqual(await guids(lab, P))
  }
}

const stories = new Map<User, Story>()
beforeAll(async () => {
  await delegate(lab)
  for (const user of USERS) stories.set(user, new Story(user))
}, MINUTES)
afterAll(async () => {
  for (const story of stories.values()) await story.close()
}, 5 * MINUTES)

function storyOf(user: User): Story {
  const story = stories.get(user)
  if (story === undefined) throw new Error(`The story as ${user} was not begun.`)
  return story
}

describe.each([...USERS])('as %s', (user) => {
  test(
    'three behind, and a backup that is missing, both end HEALTHY with the same guids',
    () => storyOf(user).healed,
    10 * MINUTES,
  )

  test(
    'a transfer whose ssh is killed half-way is resumed by the same run; only the rest is sent again',
    () => storyOf(user).resumed,
    10 * MINUTES,
  )

  test(
    'the service killed with SIGKILL in the middle resumes after its start, without a person',
    () => storyOf(user).restarted,
    10 * MINUTES,
  )
})

/** The running repair of a dataset once so many bytes have moved. */
async function transferring(witness: Witness, id: string, bytes: number): Promise<any> {
  let run: any = null
  await until(
    `${bytes} bytes of ${id} have moved`,
    240,
    async () => {
      const { items } = await witness.get(`/api/runs?kind=REPAIR&datasetId=${id}&limit=1`)
      run = items[0]
      return run?.state === 'RUNNING' && (await witness.get(`/api/runs/${run.id}`)).bytes >= bytes
    },
    () => JSON.stringify({ state: run?.state, bytes: run?.bytes, outcome: run?.outcome }),
  )
  return run
}

/** Kills the local ssh of the receiving leg, as a dying network would. */
async function killOurSsh(witness: Witness, host: string): Promise<void> {
  const listing = Bun.spawnSync(['ps', '-eo', 'pid,args']).stdout.toString()
  const own = listing
    .split('\n')
    .filter(
      (line) =>
        line.includes(`${witness.directory}/data/ssh/config`) && line.includes(` ${host} `) && line.includes('receive'),
    )
  expect(own.length).toBeGreaterThan(0)
  for (const line of own) process.kill(Number(line.trim().split(' ')[0]), 'SIGKILL')
}
