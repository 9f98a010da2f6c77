import type { Scenario } from '../scenario.ts'

const SHOW = (name: string): string => `zfs get -Hp -o property,value,source quota,refquota,reservation $B/${name}`

/** What quotas and limits do to a clone that is to take the place of its origin, as the unprivileged user. */
export const limits: Scenario = {
  name: 'limits',
  lines: [
    'zfs create -p $A/src; zfs create -p $B/t/kid',
    ':fill $A/src 400000; zfs snapshot $A/src@s1; fill $B/t 3000000; zfs snapshot $B/t@a; fill $B/t 3000000; fill $B/t/kid 3000000; zfs snapshot $B/t@b; sync',
    'zfs allow zfsadmin receive:append,create,mount,rename,clone,promote,readonly,canmount,quota,refquota,snapshot_limit $B; zfs allow zfsadmin send $A',
    'admin zfs clone -o readonly=on -o canmount=noauto -o quota=5M $B/t@b $B/n1',
    'admin zfs promote $B/n1',
    'admin zfs clone -o readonly=on -o canmount=noauto -o refquota=4M $B/t@b $B/n2',
    'admin zfs clone -o canmount=noauto -o reservation=4M $B/t@b $B/n2',
    'admin zfs clone -o readonly=on -o canmount=noauto -o quota=8M -o refquota=7M $B/t@b $B/n3',
    'admin zfs promote $B/n3',
    SHOW('n3'),
    'admin zfs rename -u $B/t/kid $B/n3/kid',
    'admin zfs set quota=5M $B/n3',
    'admin zfs set refquota=5M $B/n3',
    'admin zfs set refquota=20M $B/n3',
    'admin zfs set quota=20M $B/n3; admin zfs rename -u $B/t/kid $B/n3/kid; zfs list -H -o name,origin -r $B',
    'admin zfs set reservation=1M $B/n3',
    'admin zfs set filesystem_limit=4 $B/n3',
    SHOW('n3'),
    'admin zfs clone -o canmount=noauto -o snapshot_limit=1 $B/n3@b $B/n4; admin zfs promote $B/n4',
    'zfs get -Hp -o property,value,source snapshot_limit,filesystem_limit $B/n4',
    'admin zfs set snapshot_limit=2 $B/n4',
    'zfs send $A/src@s1 >$T/full; admin zfs receive -s -u -o quota=10M -o filesystem_limit=9 $B/r <$T/full',
    SHOW('r'),
    'admin zfs receive -s -u -o quota=100K $B/r2 <$T/full',
    'zfs list -H -o name -r $B',
    ':zfs unallow zfsadmin $B; zfs unallow zfsadmin $A',
  ],
}
