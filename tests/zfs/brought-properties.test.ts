import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openLab } from './lab.ts'
import { at, RawLab, USERS } from './raw-lab.ts'

/*
 * A primary that sends more than it was asked for: every stream has properties that would mount it over a path of the backup's
 * host, share it and let programs run from it with the rights of their owner. Real ZFS on both sides.
 */

const MINUTES = 60_000

const MAKE = `cat >/usr/local/sbin/zfs-kept <<'S'
#!/bin/sh
case "$1 $2" in
  "send -n") exec zfs "$@";;
  "send "*) shift; exec zfs send -p "$@";;
esac
exec zfs "$@"
S
chmod 755 /usr/local/sbin/zfs-kept
evil() { zfs set setuid=on exec=on devices=on snapdev=visible readonly=off canmount=on $P/$1; zfs set -u mountpoint=/evil-$1 $P/$1; }
make() { zfs create $P/$1; dd if=/dev/urandom of=/pools/$P/$1/f bs=256k count=2 2>/dev/null; zfs snapshot $P/$1@s1; }
# Not there yet, and with more to come after its first stream.
make new; zfs snapshot $P/new@s2; evil new
# There, with what its admin has set, and never sent properties before.
make own; zfs send $P/own@s1 | zfs receive -u $B/own
zfs set setuid=off exec=off readonly=on canmount=noauto $B/own; zfs set -u mountpoint=/mine $B/own
zfs snapshot $P/own@s2; evil own`

const SHOWN = 'mountpoint,canmount,setuid,exec,devices,snapdev,readonly'

describe.each([...USERS])('a primary that sends properties, as %s', (user) => {
  let raw: RawLab
  const [P, B] = [at('p', user), at('b', user)]
  beforeAll(async () => {
    raw = await RawLab.open(
      openLab(),
      [user],
      MAKE,
      ['new', 'own'].map((name) => ({ id: name, name })),
    )
  }, 4 * MINUTES)
  afterAll(() => raw?.close(), 3 * MINUTES)

  const properties = async (name: string) => {
    const out = await raw.run(`zfs get -H -o property,value,source ${SHOWN} ${B}/${name}`)
    return Object.fromEntries(
      out
        .trim()
        .split('\n')
        .map((line) => line.split('\t'))
        .map(([property = '', value, source]) => [property, `${value} ${source}`]),
    )
  }

  test(
    'a new backup is what it would be without them',
    async () => {
      // The stream does bring them where nobody says no.
      await raw.run(`zfs send -p ${P}/new@s1 | zfs receive -u ${B}/open`)
      expect(await properties('open')).toMatchObject({ mountpoint: '/evil-new received', setuid: 'on received' })
      expect((await raw.repair(`new-${user}`)).state).toStartWith('SUCCEEDED')
      expect(await properties('new')).toEqual({
        mountpoint: `/pools/${B}/new inherited from hqs1p1`,
        canmount: 'on default',
        setuid: 'on default',
        exec: 'on default',
        devices: 'on default',
        snapdev: 'hidden default',
        readonly: 'on local',
      })
    },
    6 * MINUTES,
  )

  test(
    'one that is there keeps what its admin has set',
    async () => {
      const before = await properties('own')
      expect((await raw.repair(`own-${user}`)).state).toStartWith('SUCCEEDED')
      expect(await properties('own')).toEqual(before)
      expect(before).toMatchObject({ mountpoint: '/mine local', canmount: 'noauto local', setuid: 'off local' })
    },
    6 * MINUTES,
  )
})
