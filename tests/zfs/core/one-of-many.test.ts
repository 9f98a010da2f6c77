import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { delegate, openLab, root, tryRoot } from '../lab.ts'
import { until, Witness } from '../witness.ts'

/* One dataset, or one host, that is hard to bear: it alone is the worse for it, and says why. */
const lab = openLab()
const MINUTES = 60_000
/** Seconds that a listing of snapshots takes on the hosts that are slow: more than `command_silence_seconds`. */
const SLOW = 65
const USERS = ['zfsadmin', 'root'] as const
const pool = (san: 'p' | 'b') => (san === 'p' ? 'hqs8p1' : 'hqs1p1')
const at = (san: 'p' | 'b', user: string, name: string) => `${pool(san)}/many-${user}/${name}`
/** 240 characters on both sides: no set-aside of it has a name that ZFS takes. */
const long = (user: string) => 'n'.repeat(240 - at('p', user, 'tree/').length)

const hosts = (user: string) => `
  hqs8-${user}: { hostname: hqs8.storage.local, ssh_user: ${user} }
  hqs1-${user}: { hostname: hqs1.storage.local, ssh_user: ${user} }
  hqs8-slow-${user}: { hostname: hqs8.storage.local, ssh_user: ${user}, zfs_command: [/usr/local/sbin/zfs-slow] }`
const pairs = (user: string) => `
  - name: many ${user}
    primary: hqs8-${user}
    backup: hqs1-${user}
    datasets:
      - { id: tree-${user}, name: ${at('p', user, 'tree')}, backup_dataset: ${at('b', user, 'tree')}, recursive: true }
      - { id: own-${user}, name: ${at('p', user, 'tree/own')}, backup_dataset: ${at('b', user, 'elsewhere')} }
      - { id: iv-${user}, name: ${at('p', user, 'iv')}, backup_dataset: ${at('b', user, 'iv')}, auto_repair: false }
      - { id: fine-${user}, name: ${at('p', user, 'fine')}, backup_dataset: ${at('b', user, 'fine')} }
  - { name: slow ${user}, primary: hqs8-slow-${user}, backup: hqs1-${user}, datasets: [{ id: slow-${user}, name: ${at('p', user, 'slow')}, backup_dataset: ${at('b', user, 'slow')} }] }`
const YAML = `san_hosts:${USERS.map(hosts).join('')}
defaults: { auto_repair: true, repair_when: behind, on_diverged: set_aside, primary_max_age_hours: 0 }
ssh: { connect_timeout_seconds: 60 }
pairs:${USERS.map(pairs).join('')}
scheduler: { interval_minutes: 30 }
`

const MAKE = (user: string) => `P=${at('p', user, '')} B=${at('b', user, '')}; P=\${P%/} B=\${B%/}; L=${long(user)}
zfs create $P; zfs create $B
for d in fine slow tree tree/web tree/web/prod tree/web.prod tree/own tree/$L; do zfs create $P/$d; done
zfs snapshot -r $P@s1
for d in fine slow tree; do zfs send $P/$d@s1 | zfs receive -u -o readonly=on $B/$d; done
zfs send $P/tree/own@s1 | zfs receive -u -o readonly=on $B/elsewhere
zfs send $P/tree/$L@s1 | zfs receive -u -o readonly=on $B/tree/$L
# The one with the long name has gone its own way: to set it aside is what its name forbids.
zfs snapshot $P/tree/$L@s2; zfs snapshot $B/tree/$L@s2
# Fed raw once, then once by somebody with the key loaded there: IV sets of @s2 differ, and a raw increment is refused.
printf 'passphrase' | zfs create -o encryption=on -o keyformat=passphrase $P/iv; zfs snapshot $P/iv@s1
zfs send -w $P/iv@s1 | zfs receive -u -o readonly=on $B/iv
zfs snapshot $P/iv@s2; printf 'passphrase' | zfs load-key $B/iv; zfs send -i @s1 $P/iv@s2 | zfs receive -u $B/iv; zfs unload-key $B/iv; zfs snapshot $P/iv@s3`

/** Its listing of snapshots takes a minute without a byte, and then says all of it. */
const SLOW_ZFS = `rm -f /tmp/zfs-slow.log; touch /tmp/zfs-slow.log; chmod 666 /tmp/zfs-slow.log
cat >/usr/local/sbin/zfs-slow <<'S'
#!/bin/sh
case "$*" in *"-t snapshot"*) sleep ${SLOW}; echo x >>/tmp/zfs-slow.log;; esac
exec zfs "$@"
S
chmod 755 /usr/local/sbin/zfs-slow; [ -e /usr/local/sbin/zpool ] || ln -s "$(command -v zpool)" /usr/local/sbin/zpool`

const clean = () =>
  tryRoot(
    lab,
    `rm -f /usr/local/sbin/zfs-slow /usr/local/sbin/zpool
     for d in $(zfs list -H -o name -d 1 hqs8p1 hqs1p1 | grep /many-); do zfs destroy -R $d || true; done`,
  )

let witness: Witness
beforeAll(async () => {
  await clean()
  await delegate(lab)
  await root(lab, SLOW_ZFS)
  for (const user of USERS) await root(lab, MAKE(user))
  witness = new Witness(lab, YAML)
  await witness.start()
}, 5 * MINUTES)
afterAll(async () => {
  await witness?.close()
  await clean()
}, 3 * MINUTES)

const codes = (detail: any): readonly string[] => detail.reasons.map((each: any) => each.code)

describe.each([...USERS])('as %s', (user) => {
  test(
    'a tree with a child that no repair can help and one that is a mapping of its own: all others are brought over',
    async () => {
      const inTree = async () =>
        (await witness.get('/api/datasets?limit=200')).items.filter((each: any) => each.parentId === `tree-${user}`)
      const others = ['tree/web', 'tree/web/prod', 'tree/web.prod'].map((name) => at('p', user, name))
      const health = async (name: string) =>
        (await inTree()).find((each: any) => each.pair.primary.dataset === name)?.health
      await until(
        'the children are healthy',
        900,
        async () => (await Promise.all(others.map(health))).every((each) => each === 'HEALTHY'),
        () => 'see /api/datasets',
      )
      const children = await inTree()
      const name = at('p', user, `tree/${long(user)}`)
      expect(name).toHaveLength(240)
      expect(children.map((each: any) => each.pair.primary.dataset).toSorted()).toEqual([...others, name].toSorted())
      expect(new Set(children.map((each: any) => each.id)).size).toBe(children.length)
      const poisoned = await witness.get(
        `/api/datasets/${encodeURIComponent(children.find((each: any) => each.pair.primary.dataset === name).id)}`,
      )
      expect(poisoned.health).not.toBe('HEALTHY')
      expect(poisoned.plan.blocked.code).toBe('NAME_TOO_LONG')
      // Its own mapping has it, elsewhere; the tree has not.
      await witness.status(`own-${user}`, 'HEALTHY', 300)
      const listed = (await root(lab, `zfs list -H -o name -r hqs1p1/many-${user}`)).split('\n')
      expect(listed).toContain(at('b', user, 'elsewhere'))
      expect(listed).not.toContain(at('b', user, 'tree/own'))
      const scans = (await witness.get('/api/runs?kind=SCAN&limit=50')).items
      expect(scans.filter((each: any) => each.finishedAt !== null && each.state !== 'SUCCEEDED')).toEqual([])
    },
    18 * MINUTES,
  )

  test(
    'IV sets that differ are in the status before an increment fails',
    async () => {
      await witness.status(`fine-${user}`, 'HEALTHY', 300)
      const detail = await witness.get(`/api/datasets/iv-${user}`)
      expect(detail.health).not.toBe('HEALTHY')
      expect(codes(detail)).toContain('ENCRYPTION_MISMATCH')
      const { out } = await tryRoot(
        lab,
        `zfs send -w -i @s2 ${at('p', user, 'iv')}@s3 | zfs receive -u ${at('b', user, 'iv')} 2>&1 || true`,
      )
      expect(out).toContain('IV set guid mismatch')
    },
    6 * MINUTES,
  )

  test(
    'a listing of more than a minute is slow, and no host is unreachable for it',
    async () => {
      const view = await witness.status(`slow-${user}`, 'HEALTHY', 420)
      expect(view.reason.code).toBe('UP_TO_DATE')
      expect(view.newestCommon.name).toBe('s1')
      const slept = (await root(lab, 'wc -l </tmp/zfs-slow.log')).trim()
      expect(Number(slept)).toBeGreaterThan(0)
      expect(codes(await witness.get(`/api/datasets/slow-${user}`))).not.toContain('HOST_UNREACHABLE')
    },
    9 * MINUTES,
  )
})
