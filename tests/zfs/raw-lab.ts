import { expect } from 'bun:test'
import { delegate, type Lab, root, tryRoot } from './lab.ts'
import { until, Witness } from './witness.ts'

/*
 * Encrypted datasets on real OpenZFS. What the witness sends is kept as it leaves the primary, so that the stream's own
 * header says whether it was raw.
 */

/** Of DMU_BACKUP_FEATURE_RAW in `features` of a BEGIN record. */
const RAW = 1n << 24n
const STREAMS = '/tmp/zfs-streams'
/** `zfs` of the primary: streams also go into a file each. */
const WRAPPER = `rm -rf ${STREAMS}; mkdir -m 1777 ${STREAMS}
cat >/usr/local/sbin/zfs-kept <<'S'
#!/bin/sh
case "$*" in
  "send -n "*) exec zfs "$@";;
  send*) f=${STREAMS}/$$; { zfs "$@"; echo $? >$f.rc; } | tee $f; exit $(cat $f.rc);;
esac
exec zfs "$@"
S
chmod 755 /usr/local/sbin/zfs-kept; [ -e /usr/local/sbin/zpool ] || ln -s "$(command -v zpool)" /usr/local/sbin/zpool`

export type User = 'zfsadmin' | 'root'
export const USERS: readonly User[] = ['zfsadmin', 'root']

export const PASSPHRASE = 'passphrase'
export const CREATE = `printf ${PASSPHRASE} | zfs create -o encryption=on -o keyformat=passphrase -o pbkdf2iters=100000`
export const LOAD = `printf ${PASSPHRASE} | zfs load-key`

/** Names of one user's datasets below the primary's and the backup's pool. */
export const at = (side: 'p' | 'b', user: User, name = ''): string =>
  `${side === 'p' ? 'hqs8p1' : 'hqs1p1'}/raw-${user}${name === '' ? '' : `/${name}`}`

export interface Mapped {
  /** The mapping's id without the user, and its dataset below `at`. */
  readonly id: string
  readonly name: string
  /** More of its YAML. */
  readonly more?: string
}

export class RawLab {
  readonly witness: Witness
  readonly #lab: Lab
  readonly #users: readonly User[]

  private constructor(lab: Lab, users: readonly User[], yaml: string) {
    this.#lab = lab
    this.#users = users
    this.witness = new Witness(lab, yaml)
  }

  /** `make` is run for each user, with `$P` and `$B` as its datasets of both sides, which are there and empty. */
  static async open(
    lab: Lab,
    users: readonly User[],
    make: string,
    mapped: readonly Mapped[],
    backupZfs = 'zfs',
  ): Promise<RawLab> {
    await clean(lab, users)
    await delegate(lab)
    await root(lab, WRAPPER)
    for (const user of users)
      await root(lab, `P=${at('p', user)} B=${at('b', user)}\nzfs create $P; zfs create $B\n${make}`)
    const opened = new RawLab(lab, users, yamlOf(users, mapped, backupZfs))
    await opened.witness.start()
    return opened
  }

  async close(): Promise<void> {
    await this.witness.close()
    await clean(this.#lab, this.#users)
  }

  run(script: string): Promise<string> {
    return root(this.#lab, script)
  }

  /**
   * Of every stream that left the primary since the last time: is each of the snapshots in it raw? (The record that several of
   * them are packed in, `hdrtype` 2, has no features.)
   */
  async streams(): Promise<readonly boolean[]> {
    const out = await this.run(
      `cd ${STREAMS}; for f in *.rc; do [ -e $f ] || continue; g=$\{f%.rc}; echo "== $(zstream dump <$g | awk '/hdrtype =/ { kind = $3 } /features =/ && kind == 1 { print $3 }' | tr '\\n' ' ')"; rm -f $f $g; done`,
    )
    return out
      .split('\n')
      .filter((line) => line.startsWith('== '))
      .map((line) => {
        const features = line.slice(3).trim().split(' ')
        expect(features.every((each) => /^[0-9a-f]+$/.test(each))).toBe(true)
        return features.every((each) => (BigInt(`0x${each}`) & RAW) !== 0n)
      })
  }

  /** Are the IV sets of a snapshot equal on both sides? */
  async sameIvSet(user: User, name: string): Promise<boolean> {
    const out = await this.run(`zfs get -Hp -o value ivsetguid ${at('p', user, name)} ${at('b', user, name)}`)
    const [here, there] = out.trim().split('\n')
    expect(here).toMatch(/^\d+$/)
    return here === there
  }

  async codes(id: string): Promise<readonly string[]> {
    return (await this.witness.get(`/api/datasets/${id}`)).reasons.map(({ code }: any) => code)
  }

  async check(): Promise<void> {
    const { body } = await this.witness.post('/api/run', { mode: 'CHECK' })
    await this.witness.ended(body.id, 120)
  }

  /** A person's repair, by what its preview shows. */
  async repair(id: string, more: object = {}): Promise<any> {
    const { body } = await this.witness.post(`/api/datasets/${id}/preview`, {
      ...('strategy' in more ? { strategy: more.strategy } : {}),
    })
    const { confirm } = body
    const request = { mode: 'REPAIR', planId: body.planId, reason: 'a test', ...(confirm === null ? {} : { confirm }) }
    const begun = await this.witness.post(`/api/datasets/${id}/run`, request)
    expect([begun.status, begun.body.detail ?? '']).toEqual([202, ''])
    return { ...(await this.witness.ended(begun.body.id, 240)), preview: body }
  }

  async until(id: string, code: string): Promise<void> {
    let seen: readonly string[] = []
    await until(
      `${id} is ${code}`,
      120,
      async () => {
        seen = await this.codes(id)
        return seen[0] === code
      },
      () => `It is ${seen.join(', ')}.`,
    )
  }
}

function yamlOf(users: readonly User[], mapped: readonly Mapped[], backupZfs: string): string {
  const hosts = users
    .map(
      (user) => `
  hqs8-${user}: { hostname: hqs8.storage.local, ssh_user: ${user}, zfs_command: [/usr/local/sbin/zfs-kept] }
  hqs1-${user}: { hostname: hqs1.storage.local, ssh_user: ${user}, zfs_command: [${backupZfs}] }`,
    )
    .join('')
  const pairs = users
    .map(
      (user) => `
  - name: raw ${user}
    primary: hqs8-${user}
    backup: hqs1-${user}
    datasets:${mapped
      .map(
        ({ id, name, more = '' }) => `
      - { id: ${id}-${user}, name: ${at('p', user, name)}, backup_dataset: ${at('b', user, name)}${more === '' ? '' : `, ${more}`} }`,
      )
      .join('')}`,
    )
    .join('')
  return `san_hosts:${hosts}
defaults: { auto_repair: false, on_diverged: set_aside, primary_max_age_hours: 0, anchor: none }
pairs:${pairs}
scheduler: { interval_minutes: 30 }
`
}

async function clean(lab: Lab, users: readonly User[]): Promise<void> {
  const names = users.flatMap((user) => [at('p', user), at('b', user)])
  await tryRoot(
    lab,
    `rm -rf ${STREAMS} /usr/local/sbin/zfs-kept
     for d in ${names.join(' ')}; do
       for s in $(zfs list -H -o name -t snapshot -r $d 2>/dev/null); do zfs release zwitness $s 2>/dev/null || true; done
       zfs destroy -R $d 2>/dev/null || true
     done`,
  )
}
