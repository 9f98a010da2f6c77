import { copyTo, type Lab, makePrimary, remove, root } from './lab.ts'
import { until, Witness } from './witness.ts'

const SLOW = { primary: 'hqs10p1/slow', backup: 'hqs7p1/slow', id: 'hqs10-hqs7.slow' }
const QUIET = { primary: 'hqs10p1/quiet', backup: 'hqs7p1/quiet', id: 'hqs10-hqs7.quiet' }

const YAML = `san_hosts:
  hqs10: { hostname: hqs10.storage.local, ssh_user: root }
  hqs7:  { hostname: hqs7.storage.local, ssh_user: root }
pairs:
  - name: slow
    primary: hqs10
    backup: hqs7
    datasets:
      - { name: ${SLOW.primary}, backup_dataset: ${SLOW.backup}, auto_repair: true, bandwidth_limit: 80KiB/s }
      - { name: ${QUIET.primary}, backup_dataset: ${QUIET.backup} }
scheduler: { interval_minutes: 1 }
`

/** A transfer that lasts more than three scan intervals, on SANs of its own, watched while other tests run. */
export class SlowTransfer {
  /** What was seen that should not be, by dataset. */
  readonly wrong: string[] = []
  looks = 0
  readonly #lab: Lab
  readonly #witness: Witness
  #watching: Promise<void> | null = null
  #ended = false

  private constructor(lab: Lab) {
    this.#lab = lab
    this.#witness = new Witness(lab, YAML)
  }

  static async begin(lab: Lab): Promise<SlowTransfer> {
    await removeAll(lab)
    await root(
      lab,
      `zfs create ${SLOW.primary}; dd if=/dev/urandom of=/pools/${SLOW.primary}/f bs=1M count=20 2>/dev/null
       zpool sync hqs10p1; zfs snapshot ${SLOW.primary}@s1`,
    )
    await makePrimary(lab, QUIET.primary, 1)
    await copyTo(lab, QUIET.primary, QUIET.backup, 's1')
    const slow = new SlowTransfer(lab)
    await slow.#witness.start()
    await until(
      'the slow transfer runs',
      120,
      async () => (await slow.#witness.get(`/api/datasets/${SLOW.id}`)).status === 'REPAIRING',
    )
    slow.#watching = slow.#watch(Date.now() + 185_000)
    return slow
  }

  /** After three intervals and a bit. @returns how many scans succeeded meanwhile */
  async watched(): Promise<number> {
    await this.#watching
    const { items } = await this.#witness.get('/api/runs?kind=SCAN&limit=20')
    return items.filter(({ state }: { readonly state: string }) => state === 'SUCCEEDED').length
  }

  /** In good order. @returns its exit code, and the token of what had arrived */
  async stop(): Promise<{ readonly code: number; readonly token: string }> {
    const code = await this.#witness.stop()
    const token = (await root(this.#lab, `zfs get -Ho value receive_resume_token ${SLOW.backup}`)).trim()
    return { code, token }
  }

  async close(): Promise<void> {
    this.#ended = true
    await this.#watching
    await this.#witness.close()
    await removeAll(this.#lab)
  }

  async #watch(until: number): Promise<void> {
    while (Date.now() < until && !this.#ended) {
      const { items } = await this.#witness.get('/api/datasets')
      this.looks++
      for (const { id, status, stale, reason } of items) {
        const wanted = id === QUIET.id ? 'HEALTHY' : 'REPAIRING'
        if (stale || reason.code === 'STALE_CHECK' || status !== wanted)
          this.wrong.push(`${id} was ${status} ${reason.code}${stale ? ', stale' : ''}`)
      }
      await Bun.sleep(5000)
    }
  }
}

const removeAll = (lab: Lab): Promise<void> => remove(lab, SLOW.primary, SLOW.backup, QUIET.primary, QUIET.backup)
