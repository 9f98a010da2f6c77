import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { delegate, openLab, releaseAll, root, tryRoot } from './lab.ts'
import { Witness } from './witness.ts'

/*
 * 400 children in a swap, its lines ended after chosen commands: the shell on the SAN is killed there, and each finish goes
 * on from the last cut. (Every single command, in the simulator: tests/bed/swaps.test.ts.)
 */

const lab = openLab()
const MINUTES = 60_000
const CHILDREN = 400
const P = 'hqs8p1/many'
const B = 'hqs1p1/many'

const yaml = (user: string) => `san_hosts:
  hqs8: { hostname: hqs8.storage.local, ssh_user: root }
  hqs1: { hostname: hqs1.storage.local, ssh_user: ${user}, zfs_command: [/usr/local/sbin/zfs-cut] }
defaults: { primary_max_age_hours: 0, on_diverged: set_aside }
pairs:
  - name: "HQS8 → HQS1"
    primary: hqs8
    backup: hqs1
    datasets: [{ name: ${P}, backup_dataset: ${B} }]
limits: { retries: 0 }
scheduler: { interval_minutes: 600 }
`
const ID = 'hqs8-hqs1.many'

/** Ends its shell after so many commands that write, by the first line of a queue; then by the next one. */
const CUT = `cat > /usr/local/sbin/zfs-cut <<'S'
#!/bin/sh
case "$1" in clone|promote|rename|set|hold) ;; *) exec zfs "$@";; esac
zfs "$@"; r=$?
q=/tmp/zfs-cut/queue
read -r n < $q 2>/dev/null || exit $r
[ -n "$n" ] || exit $r
n=$((n-1))
if [ $n -gt 0 ]; then { echo $n; sed 1d $q; } > $q.new; cp $q.new $q; exit $r; fi
sed 1d $q > $q.new; cp $q.new $q; echo cut >> /tmp/zfs-cut/log
kill -9 $PPID
S
chmod 755 /usr/local/sbin/zfs-cut; mkdir -p /tmp/zfs-cut; : > /tmp/zfs-cut/queue; : > /tmp/zfs-cut/log; chmod -R a+rwX /tmp/zfs-cut`

async function clean(): Promise<void> {
  await tryRoot(
    lab,
    `${releaseAll(B)}\n for d in $(zfs list -H -o name -d 1 hqs1p1 | grep '^${B}'); do ${releaseAll('$d')}\nzfs destroy -R $d || true; done
zfs destroy -R ${P} || true; rm -rf /tmp/zfs-cut /usr/local/sbin/zfs-cut`,
  )
}

/** Clone, promote, each rename of the backup, readonly, canmount, the first children; then within and around the lines. */
const CUTS = {
  zfsadmin: [1, 1, 1, 1, 1, 1, 1, 1, 90, 1, 140, 1, 100, 30],
  root: [1, 1, 1, 2, 150, 60],
} as const

describe('400 children in a swap, its lines cut off again and again', () => {
  beforeAll(async () => {
    await delegate(lab)
    await clean()
    await root(
      lab,
      `${CUT}
zfs create ${P}; echo p1 >/pools/${P}/f1; zfs snapshot ${P}@s1; zfs send ${P}@s1 | zfs receive -u ${B}
for i in $(seq 1 ${CHILDREN}); do zfs create -u ${B}/child-$i-of-the-virtual-machines; done
zfs mount ${B}; echo mine >/pools/${B}/own; zfs snapshot ${B}@own; zfs unmount ${B}; zfs set readonly=on ${B}; zfs snapshot ${P}@s2`,
    )
  }, 5 * MINUTES)
  afterAll(clean, 5 * MINUTES)

  test.each(['zfsadmin', 'root'] as const)(
    'as %s: every state in between is recognised and finished, and nothing is lost',
    async (user) => {
      if (user === 'root')
        await root(
          lab,
          // An increment goes past a snapshot that holds nothing, so this one holds something.
          `zfs set readonly=off ${B}; zfs mount ${B}; echo again >/pools/${B}/own2; zfs snapshot ${B}@own2; zfs unmount ${B}
zfs set readonly=on ${B}; zfs snapshot ${P}@s3`,
        )
      const children = () => root(lab, `zfs list -H -o name,guid -r hqs1p1 | grep '/child-' | cut -f2 | sort`)
      const before = await children()
      await root(lab, `printf '%s\\n' ${CUTS[user].join(' ')} > /tmp/zfs-cut/queue; : > /tmp/zfs-cut/log`)
      const witness = new Witness(lab, yaml(user))
      try {
        await witness.start()
        const ends: string[] = []
        for (let runs = 0; ends.at(-1) !== 'SUCCEEDED'; runs++) {
          if (runs === CUTS[user].length + 5) throw new Error(`Not finished: ${ends}`)
          const started = await witness.post(`/api/datasets/${ID}/run`, { mode: 'REPAIR' })
          expect(started.status).toBe(202)
          const run = await witness.ended(started.body.id, 240)
          ends.push(run.state)
        }
        const cuts = (await root(lab, 'cat /tmp/zfs-cut/log')).split('\n').length - 1
        console.log(`400 children as ${user}: cut off ${cuts} times, ${ends.length} repairs.`)
        expect(cuts).toBe(CUTS[user].length)
        const view = await witness.status(ID, 'HEALTHY')
        expect(view.reason.code).toBe('UP_TO_DATE')
        expect(await children()).toBe(before)
        expect((await root(lab, `zfs list -H -o name -d 1 ${B} | grep -c child-`)).trim()).toBe(`${CHILDREN}`)
        expect((await root(lab, `zfs get -Ho value canmount ${B}`)).trim()).toBe('on')
        const asides = (await root(lab, `zfs list -H -o name,canmount -d 1 hqs1p1 | grep 'many.zw-'`))
          .trim()
          .split('\n')
        expect(asides).toHaveLength(user === 'zfsadmin' ? 1 : 2)
        for (const row of asides) expect(row).toMatch(/\.zw-aside-\S+\tnoauto$/)
      } finally {
        await witness.close()
      }
    },
    // Each repair renames hundreds, and the machine is an emulated one.
    40 * MINUTES,
  )
})
