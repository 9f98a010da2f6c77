import type { Scenario } from '../scenario.ts'

/** The order in which ZFS says what it refuses is another one each time. */
const SAID = '2>$T/e; sort $T/e'
const SHOWN = (dataset: string) => `zfs get -H -o property,value,source setuid,exec,snapdev,readonly ${dataset}`

/** What a stream with properties brings, and what `-x` and `-o` of the receiver make of it. */
export const guarding: Scenario = {
  name: 'guarding',
  lines: [
    'zfs create -p $A/src; zfs create $B',
    ':fill $A/src 300000',
    'zfs snapshot $A/src@s1; zfs snapshot $A/src@s2; zfs snapshot $A/src@s3',
    'zfs send $A/src@s1 >$T/plain; zfs set setuid=off exec=off snapdev=visible $A/src',
    'zfs send -p $A/src@s1 >$T/full; zfs send -p -i @s1 $A/src@s2 >$T/i12; zfs send -i @s2 $A/src@s3 >$T/i23; chmod -R a+rX $T',
    `zfs receive -s -u -o readonly=on $B/open <$T/full; ${SHOWN('$B/open')}`,
    `zfs receive -s -u -o readonly=on -x setuid -x exec -x snapdev $B/a <$T/full; ${SHOWN('$B/a')}`,
    `zfs receive -s -u -x setuid -x exec -x snapdev $B/a <$T/i12; ${SHOWN('$B/a')}`,
    `zfs receive -s -u -x setuid -x exec -x snapdev $B/a <$T/i23; ${SHOWN('$B/a')}`,
    // The first stream with properties deletes what is local, also where it is told to leave it out.
    'zfs receive -s -u $B/b <$T/plain; zfs set setuid=on exec=on readonly=on $B/b',
    `zfs receive -s -u -x setuid -x exec -x snapdev $B/b <$T/i12; ${SHOWN('$B/b')}`,
    'zfs receive -s -u $B/c <$T/plain; zfs set setuid=on exec=on readonly=on $B/c',
    `zfs receive -s -u -o setuid=on -o exec=on -o readonly=on -x snapdev $B/c <$T/i12; ${SHOWN('$B/c')}`,
    `zfs receive -s -u -x setuid -x exec $B/c <$T/i23; ${SHOWN('$B/c')}`,
    // What an earlier stream brought is not in force any more.
    `zfs receive -s -u $B/d <$T/full; zfs receive -s -u $B/d <$T/i12; ${SHOWN('$B/d')}`,
    `zfs receive -s -u -x setuid -x exec $B/d <$T/i23; ${SHOWN('$B/d')}`,
    'zfs receive -s -u -o setuid=on -x setuid $B/e <$T/full 2>$T/e; r=$?; head -1 $T/e; exit $r',
    'zfs create -V 4M $A/v; zfs snapshot $A/v@s1; zfs send $A/v@s1 >$T/vol; zfs receive -s -u -x setuid -x snapdev $B/v <$T/vol',
    'zfs allow zfsadmin receive:append,create,mount,readonly $B',
    `admin zfs receive -s -u -o readonly=on -x setuid -x exec $B/f <$T/plain ${SAID}; ${SHOWN('$B/f')}`,
    `admin zfs receive -s -u -x readonly $B/f <$T/i12 ${SAID}; ${SHOWN('$B/f')}`,
    'zfs receive -s -u $B/g <$T/plain; zfs set setuid=on readonly=on $B/g',
    `admin zfs receive -s -u -o readonly=on $B/g <$T/i12 ${SAID}; ${SHOWN('$B/g')}`,
    'zfs receive -s -u $B/h <$T/plain; zfs set setuid=on readonly=on $B/h',
    `admin zfs receive -s -u -x setuid $B/h <$T/i12 ${SAID}; ${SHOWN('$B/h')}`,
  ],
}
