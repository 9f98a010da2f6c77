import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Body } from '#tests/witness/client.ts'
import type { Home } from '#tests/witness/home.ts'
import { type Ended, type Service, zwitness } from '#tests/witness/service.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/*
 * The command line as a person and as a script use it: once with a service to speak to, once alone, when each command
 * owns the data directory for as long as it takes. Both ways must answer alike.
 */
let world: World
beforeAll(async () => {
  world = await World.open()
})
afterAll(() => world.close())

/** What every document on stdout is called, so that a script can tell what it reads. */
const READING: Readonly<Record<string, string | null>> = {
  status: 'status/1',
  datasets: 'datasets/1',
  'show FINE': 'dataset/1',
  'show FINE --snapshots': 'snapshots/1',
  runs: 'runs/1',
  'logs --limit 5': 'logs/1',
  'fn list': 'functions/1',
  'config show': 'config/1',
  'config check': 'config-check/1',
  'config schema': null,
  openapi: null,
  version: 'version/1',
}
/** Alone each command has to open everything by itself: some of each kind are enough. */
const READING_ALONE = ['status', 'show FINE', 'runs', 'config show', 'version']

for (const way of ['with a service', 'alone'] as const) {
  describe(way, () => {
    const suffix = way === 'alone' ? '-alone' : ''
    const [fine, behind, absent, other] = ['fine', 'behind', 'absent', 'other'].map((name) => name + suffix)
    const id = (name: string | undefined): string => world.id(name ?? '')
    let home: Home
    let service: Service | null = null

    beforeAll(async () => {
      world.dataset(fine ?? '', 2, { onBackup: 2 })
      world.dataset(behind ?? '', 3, { onBackup: 1, bytes: 1_500_000 })
      world.dataset(other ?? '', 2, { onBackup: 1 })
      const datasets = Object.fromEntries([fine, behind, absent, other].map((name) => [name, {}]))
      const yaml = world.yaml({ datasets, defaults: { primary_max_age_hours: 0 }, limits: { retries: 0 } })
      if (way === 'with a service') {
        service = world.service(yaml)
        home = service.home
        await service.start()
        // The first look is the service's own; another one beside it would be refused.
        await service.status(id(fine), 'HEALTHY')
        await service.idle()
      } else home = world.home(yaml)
    })
    afterAll(async () => void (await service?.stop()))

    const zw = (...words: readonly string[]): Promise<Ended> => zwitness(home, words)

    test('check --wait looks and says what it saw; 0 though something is broken, for the look itself was good', async () => {
      const { code, out, err } = await zw('check', '--wait')
      expect({ code, err: err.includes('zwitness: ') }).toEqual({ code: 0, err: false })
      expect(out).toContain('Looked at 4 datasets, 1 broken, 3 healthy.')
    })

    test('everything that can be read: text for people, one JSON document for scripts, 0', async () => {
      const documents = new Map<string, Body>()
      for (const [words, schema] of Object.entries(READING)) {
        if (service === null && !READING_ALONE.includes(words)) continue
        const argv = words.replace('FINE', id(fine)).split(' ')
        const { code, json } = await zw(...argv, '--json')
        expect({ words, code }).toEqual({ words, code: 0 })
        documents.set(words, json())
        if (schema !== null) expect(documents.get(words).schema).toBe(schema)
        if (service === null) continue
        const text = await zw(...argv)
        expect({ words, code: text.code }).toEqual({ words, code: 0 })
        expect((text.out + text.err).length).toBeGreaterThan(20)
      }
      expect(documents.get('status').counts).toMatchObject({ BROKEN: 1, total: 4 })
      if (service === null) return
      expect(documents.get('show FINE --snapshots').items).toHaveLength(2)
      expect(documents.get('openapi').openapi).toStartWith('3.1')
    })

    test('preview: 4 with a plan to run, 0 with nothing to do, 5 where something stands in the way; status --exit-code: 4', async () => {
      const plan = await zw('preview', id(behind))
      expect(plan.code).toBe(4)
      expect(plan.out).toContain('zfs send')
      expect((await zw('preview', id(fine))).code).toBe(0)
      expect((await zw('preview', id(absent))).code).toBe(5)
      expect((await zw('status', '--exit-code')).code).toBe(4)
    })

    test('what is not there ends with 3 and says where to look; a wrong option with 2', async () => {
      const wrong = [
        ['show', 'nobody'],
        ['fn', 'run', 'nothing'],
        ['check', 'nobody'],
        ['preview', 'nobody'],
        ['repair', 'nobody', '--yes'],
      ]
      for (const words of service === null ? wrong.slice(0, 2) : wrong) {
        const { code, err } = await zw(...words)
        expect({ words, code }).toEqual({ words, code: 3 })
        expect(err).toMatch(/zwitness (datasets|fn list)/)
      }
      expect((await zw('status', '--nonsense')).code).toBe(2)
    })

    test('repair asks; without a terminal it wants --yes, and then runs what it showed', async () => {
      if (service !== null) expect((await zw('repair', id(behind))).code).toBe(5)
      const { code, out } = await zw('repair', id(behind), '--yes', '--wait', '--reason', 'by hand')
      expect(code).toBe(0)
      expect(out).toContain('back matches prim up to @s3')
      const { primary, backup } = world.guids(behind ?? '')
      expect(backup).toEqual(primary)
      const [run] = (await zw('runs', '--kind', 'repair', '--json')).json().items
      expect(run).toMatchObject({ state: 'SUCCEEDED', reason: 'by hand', trigger: { type: 'CLI' } })
      if (service !== null) expect((await zw('repair', id(behind), '--yes')).code).toBe(0)
    })

    test('pause holds every repair back (5), resume lets it go, ack only says that somebody knows', async () => {
      expect((await zw('pause', id(other), '--for', '4h', '--reason', 'disks')).code).toBe(0)
      expect((await zw('repair', id(other), '--yes')).code).toBe(5)
      expect((await zw('resume', id(other))).code).toBe(0)
      expect((await zw('pause', '--host', 'back', '--until', '06:00', '--reason', 'disks')).code).toBe(0)
      const refused = await zw('repair', id(other), '--yes')
      expect([refused.code, refused.err]).toEqual([5, expect.stringMatching(/is paused until .* with SAN back: disks/)])
      const still = await zw('resume', id(other))
      expect([still.code, still.out]).toEqual([4, expect.stringContaining('is still paused until')])
      const [listed] = (await zw('maintenance', '--json')).json().items
      expect(listed).toMatchObject({ kind: 'PAUSE', state: 'IN_FORCE', scope: { kind: 'HOSTS', names: ['back'] } })
      expect((await zw('resume', '--host', 'back')).code).toBe(0)
      expect((await zw('resume', '--host', 'back')).code).toBe(3)
      if (service === null) return
      expect((await zw('ack', id(absent), '--for', '2d', '--reason', 'known')).code).toBe(0)
      const shown = (await zw('show', id(absent), '--json')).json()
      expect(shown.ack).toMatchObject({ reason: 'known' })
      expect((await zw('repair', id(other), '--yes', '--wait')).code).toBe(0)
    })

    test('fn run takes its input as words, run looks at everything', async () => {
      expect((await zw('fn', 'run', 'check', '--json')).json()).toMatchObject({
        schema: 'function-output/1',
        name: 'check',
      })
      const { code, out } = await zw('run', '--wait')
      expect(code).toBe(0)
      expect(out).toContain('Looked at 4 datasets, 1 broken, 3 healthy.')
    })

    test('a SAN that is away: check --wait ends with 75, try again later', async () => {
      await world.backup.stop()
      try {
        expect((await zw('check', id(fine), '--wait')).code).toBe(75)
        if (service !== null) expect((await zw('preview', id(fine))).code).toBe(75)
      } finally {
        await world.backup.start()
      }
    })

    if (way === 'with a service') {
      test('two at once over the API and the command line: one runs, the other ends with 6 and the run of the first', async () => {
        world.snapshot(behind ?? '', 'more', { bytes: 3_000_000 })
        world.primary.misbehave({ match: '^zfs send -v', bytesPerSecond: 1_000_000 })
        const over = service as Service
        const { body } = await over.post(`/api/datasets/${id(behind)}/run`, { mode: 'REPAIR' })
        const { code, err } = await zw('repair', id(behind), '--yes')
        expect(code).toBe(6)
        expect(err).toContain(`zwitness runs ${body.id}`)
        world.primary.misbehave()
        expect((await over.ended(body.id)).state).toBe('SUCCEEDED')
      })

      test('cancel ends a run that is under way; one that has ended cannot be cancelled (6)', async () => {
        world.snapshot(behind ?? '', 'most', { bytes: 6_000_000 })
        world.primary.misbehave({ match: '^zfs send -v', bytesPerSecond: 1_000_000 })
        const over = service as Service
        const { body } = await over.post(`/api/datasets/${id(behind)}/run`, { mode: 'REPAIR' })
        await over.transferring(id(behind), 1)
        expect((await zw('cancel', body.id)).code).toBe(0)
        expect((await over.ended(body.id)).state).toBe('CANCELLED')
        world.primary.misbehave()
        expect((await zw('cancel', body.id)).code).toBe(6)
      })
    } else {
      test('config reload has nobody to speak to: 7', async () => {
        const { code, err } = await zw('config', 'reload')
        expect(code).toBe(7)
        expect(err).toContain('no service runs')
      })
    }
  })
}
