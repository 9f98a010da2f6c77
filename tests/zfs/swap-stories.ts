import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { delegate, openLab, releaseAll, root, tryRoot } from './lab.ts'
import { Witness } from './witness.ts'

const lab = openLab()
const MINUTES = 60_000
const LONG = 'x'.repeat(215)
export type Login = 'zfsadmin' | 'root'
export type Name = 'long' | 'undone' | 'mounted' | 'busy'
const P = (name: string, user: string) => `hqs8p1/swaps-${user}/${name}`
const B = (name: string, user: string) => `hqs1p1/swaps-${user}/${name}`
const ID = (name: Name, user: string) => `hqs8-${user}.swaps-${user}.${name}`

const yaml = (user: Login, names: readonly Name[]) => `san_hosts:
  hqs8: { hostname: hqs8.storage.local, ssh_user: root }
  ${user}: { hostname: hqs1.storage.local, ssh_user: ${user}, zfs_command: [/usr/local/sbin/zfs-meanwhile] }
defaults: { primary_max_age_hours: 0, on_diverged: set_aside }
pairs:
  - name: "${user}"
    primary: hqs8
    backup: ${user}
    datasets:
${names.map((name) => `      - { name: ${P(name, user)}, backup_dataset: ${B(name, user)} }`).join('\n')}
scheduler: { interval_minutes: 600 }
`

/** One pair as the field has it: two snapshots in common, one of the backup's own, and one more on the primary. */
const make = (name: Name, user: string) => `P=${P(name, user)} B=${B(name, user)}
zfs create $P; echo p1 >/pools/$P/f1; zfs snapshot $P@s1; zfs send $P@s1 | zfs receive -u $B
zfs mount $B; echo mine >/pools/$B/own; zfs snapshot $B@own; zfs set readonly=on $B; echo p2 >/pools/$P/f2; zfs snapshot $P@s2
case ${name} in
  long) zfs create -u $B/deep; zfs create -u $B/deep/${LONG};;
  undone) zfs create -u $B/deep;;
  busy) (cd /pools/$B && exec sleep 1200) >/dev/null 2>&1 </dev/null & ;;
esac
case ${name} in mounted|busy) ;; *) zfs unmount $B;; esac`

/** In the very moment of the first rename of \`undone\`, somebody makes a dataset below it whose name is then too long. */
const MEANWHILE = `cat > /usr/local/sbin/zfs-meanwhile <<'S'
#!/bin/sh
case "$*" in "rename -u "*/undone" "*) [ -e /tmp/meanwhile-over ] || zfs create -u "$3/deep/${LONG}";; esac
exec zfs "$@"
S
chmod 755 /usr/local/sbin/zfs-meanwhile`

async function clean(user: Login): Promise<void> {
  const folders = [`hqs8p1/swaps-${user}`, `hqs1p1/swaps-${user}`]
  await tryRoot(
    lab,
    `for p in $(pgrep -f 'sleep 1200'); do kill $p; done; sleep 1; rm -f /tmp/meanwhile-over /usr/local/sbin/zfs-meanwhile
${folders.map((folder) => `${releaseAll(folder)}\nzfs destroy -R ${folder} || true`).join('\n')}`,
  )
}

const tree = (name: Name, user: string) =>
  root(lab, `zfs list -Hp -r -t all -o name,guid,origin,canmount,mounted ${B(name, user)}`)
const besides = async (name: Name, user: string, what: string) =>
  (await tryRoot(lab, `zfs list -H -o name -d 1 hqs1p1/swaps-${user} | grep '/${name}.zw-${what}-'`)).out.trim()

/** Swaps that ZFS refuses, and mounts; each of these that is asked for, as this login of the backup's SAN. */
export function swapStories(user: Login, names: readonly Name[]): void {
  describe(`as ${user}`, () => {
    stories(user, names)
  })
}

function stories(user: Login, names: readonly Name[]): void {
  let witness: Witness
  beforeAll(async () => {
    await delegate(lab)
    await clean(user)
    await root(
      lab,
      `${MEANWHILE}\nzfs create hqs8p1/swaps-${user}; zfs create hqs1p1/swaps-${user}\n${names.map((name) => make(name, user)).join('\n')}`,
    )
    witness = new Witness(lab, yaml(user, names))
    await witness.start()
  }, 5 * MINUTES)
  afterAll(async () => {
    await witness?.close()
    await clean(user)
  }, 3 * MINUTES)

  const preview = async (name: Name) =>
    (await witness.post(`/api/datasets/${encodeURIComponent(ID(name, user))}/preview`)).body
  const repair = async (name: Name) => {
    const started = await witness.post(`/api/datasets/${encodeURIComponent(ID(name, user))}/run`, { mode: 'REPAIR' })
    expect(started.status).toBe(202)
    return witness.ended(started.body.id, 180)
  }

  if (names.includes('long'))
    test(
      'a name below the backup that would be too long is said in the preview, and nothing is begun',
      async () => {
        const before = await tree('long', user)
        const { plan } = await preview('long')
        expect(plan.blocked).toMatchObject({ code: 'NAME_TOO_LONG' })
        expect(plan.blocked.because).toContain(`/deep/${LONG}`)
        expect((await repair('long')).state).toBe('BLOCKED')
        expect(await tree('long', user)).toBe(before)
        expect(await besides('long', user, 'next')).toBe('')
      },
      2 * MINUTES,
    )

  if (names.includes('undone'))
    test(
      'one that is made in the moment of the swap: ZFS refuses, the promote is taken back, and the next try uses the clone',
      async () => {
        const guids = () => root(lab, `zfs list -Hp -t snapshot -d 1 -o name,guid ${B('undone', user)}`)
        const before = await guids()
        const run = await repair('undone')
        expect(run).toMatchObject({ state: 'FAILED', error: { kind: 'name-too-long' } })
        expect(run.outcome).toContain('dataset name is too long. The swap was undone')
        expect(await guids()).toBe(before)
        const next = await besides('undone', user, 'next')
        expect(next).not.toBe('')
        expect(await root(lab, `zfs get -Ho value origin ${B('undone', user)} ${next}`)).toBe(
          `-\n${B('undone', user)}@s1\n`,
        )
        await root(lab, `touch /tmp/meanwhile-over; zfs destroy ${B('undone', user)}/deep/${LONG}`)
        const again = await repair('undone')
        expect(again.state).toBe('SUCCEEDED')
        expect(await besides('undone', user, 'aside')).toBe(next.replace('.zw-next-', '.zw-aside-'))
        expect(await besides('undone', user, 'next')).toBe('')
        await root(lab, `zfs list ${B('undone', user)}@s2 ${B('undone', user)}/deep`)
      },
      3 * MINUTES,
    )

  if (names.includes('mounted'))
    test(
      'a mounted backup: said in the preview; as root its path shows the backup again, and nothing is forced',
      async () => {
        for (const name of ['mounted', 'busy'] as const) {
          const { plan } = await preview(name)
          expect(plan.notes.join(' ')).toContain('this path shows the set-aside')
          expect((await repair(name)).state).toBe(
            user === 'root' && name === 'busy' ? 'SUCCEEDED_WITH_WARNINGS' : 'SUCCEEDED',
          )
          const shown = await root(lab, `ls /pools/${B(name, user)}`)
          // \`own\` is only in the set-aside.
          expect(shown.split('\n').includes('own')).toBe(!(user === 'root' && name === 'mounted'))
          if (user === 'root' && name === 'mounted') expect(shown).toBe('f1\nf2\n')
          const aside = await besides(name, user, 'aside')
          const mounted = (await root(lab, `zfs get -Ho value mounted ${aside}`)).trim()
          expect(mounted).toBe(user === 'root' && name === 'mounted' ? 'no' : 'yes')
        }
      },
      4 * MINUTES,
    )
}
