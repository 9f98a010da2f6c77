import type { Scenario } from '../scenario.ts'

const NEXT = '$B/t.zw-next-20261122T000000Z'
const ASIDE = '$B/t.zw-aside-20261122T000000Z'
const INCOMING = '$B/t.zw-incoming-20261123T000000Z'
const ASIDE_2 = '$B/t.zw-aside-20261123T000000Z'
const TREE = 'zfs list -H -o name,origin,mounted,canmount,readonly,mountpoint -t filesystem,snapshot -r $B'

/** Setting a backup aside that went its own way, with children, mounts and holds, step by step; `as` is put before each. */
function repairs(as: '' | 'admin '): readonly string[] {
  const zfs = `${as}zfs`
  const seed = (from: string, to: string): string =>
    `${zfs} send -L -c ${from} | ${zfs} receive -s -u -o readonly=on ${to}`
  return [
    seed('$A/src@s1', '$B/t'),
    seed('$A/src/kid@s1', '$B/t/kid'),
    seed('$A/src/kid/grand@s1', '$B/t/kid/grand'),
    seed('$A/vol@v1', '$B/vol'),
    ':zfs set readonly=off $B/t; for d in $B/t $B/t/kid $B/t/kid/grand; do zfs mount $d; done; fill $B/t 100000',
    ':zfs snapshot -r $B/t@own; fill $B/t 50000; zfs hold keep $B/t@own; zfs set readonly=on $B/t',
    TREE,
    `${zfs} send -L -c -I @s1 $A/src@s3 | ${zfs} receive -s -u $B/t`,
    `${zfs} send -L -c -I @s1 $A/src@s3 | ${zfs} receive -s -u -F $B/t`,
    `${zfs} rollback -r $B/t@s1`,
    `${zfs} list -H -o name $B/t/%recv`,

    `${zfs} clone -o readonly=on -o canmount=noauto $B/t@s1 ${NEXT}`,
    `${zfs} promote ${NEXT}`,
    `${zfs} promote ${NEXT}`,
    `${zfs} promote $B/t; ${zfs} promote ${NEXT}; zfs list -H -o name,origin -r $B`,
    `${zfs} rename -u $B/t ${ASIDE}`,
    `${zfs} rename -u $B/t ${ASIDE}`,
    'zfs list -H -o name $B/t',
    TREE,
    `${zfs} rename -u ${NEXT} $B/t`,
    `${zfs} rename -u ${NEXT} $B/t`,
    `${zfs} rename -u ${ASIDE}/kid $B/t/kid`,
    `${zfs} set canmount=noauto ${ASIDE}`,
    `${zfs} set canmount=on $B/t`,
    `${zfs} set readonly=on $B/t`,
    TREE,
    `zfs get -H -o property,value,source readonly,canmount,atime,compression $B/t`,
    `${zfs} holds -H ${ASIDE}@own | cut -f1,2`,
    `${zfs} hold zw-keep ${ASIDE}@own $B/t@s1`,
    `${zfs} send -L -c -I @s1 $A/src@s3 | ${zfs} receive -s -u $B/t; zfs list -H -o name,guid,createtxg -t snapshot -r $B`,
    `${zfs} send -L -c -I @s1 $A/src/kid@s3 | ${zfs} receive -s -u $B/t/kid`,
    // For root it depends on what else is mounted below the same path, and on which came last: ZFS unmounts by path.
    ...(as === '' ? [] : [`${zfs} rename ${ASIDE} $B/elsewhere; zfs list -H -o name,mounted,mountpoint -r $B`]),
    `${zfs} mount $B/t`,
    `${zfs} destroy $B/t@s1`,
    `${zfs} allow $B | grep -v '^$'`,

    `${zfs} bookmark $A/src@s3 $A/src#zw-00000000000000aa; zfs destroy $A/src@s3; zfs snapshot $A/src@s4`,
    `${zfs} send -L -c -i '#zw-00000000000000aa' $A/src@s4 | ${zfs} receive -s -u $B/t; zfs list -H -o name -t snapshot -d 1 $B/t`,

    `${zfs} send -L -c $A/src@s1 | head -c 150000 | ${zfs} receive -s -u -o readonly=on ${INCOMING}`,
    `${zfs} list -H -o name,readonly,canmount ${INCOMING}`,
    `${zfs} send -t $(zfs get -H -o value receive_resume_token ${INCOMING}) | ${zfs} receive -s -u ${INCOMING}`,
    `${zfs} send -L -c -I @s1 $A/src@s4 | head -c 120000 | ${zfs} receive -s -u ${INCOMING}`,
    `${zfs} receive -A ${INCOMING}; zfs get -H -o value receive_resume_token ${INCOMING} | cut -c1-2`,
    `${zfs} rename -u $B/t ${ASIDE_2}; ${zfs} rename -u ${INCOMING} $B/t; ${zfs} rename -u ${ASIDE_2}/kid $B/t/kid`,
    TREE,

    `${zfs} rename -u $B/vol $B/vol.zw-aside-20261122T000000Z`,
    `${zfs} rename $B/vol $B/vol.zw-aside-20261122T000000Z`,
    seed('$A/vol@v1', '$B/vol'),
    `${zfs} clone -o readonly=on $B/vol@v1 $B/vol.zw-next-20261122T000000Z; ${zfs} promote $B/vol.zw-next-20261122T000000Z`,
    'zfs list -H -o name,type,origin,readonly,volsize -t all -r $B',
    `:zfs release keep ${ASIDE}@own; zfs release zw-keep ${ASIDE}@own; zfs release zw-keep ${ASIDE_2}@s1`,
  ]
}

const stage = [
  'zfs create -p $A/src/kid/grand; zfs create $B; zfs create -V 2M $A/vol',
  ':fill $A/src 300000; fill $A/src/kid 50000',
  'zfs snapshot -r $A/src@s1; zfs snapshot $A/vol@v1',
  ':fill $A/src 200000',
  'zfs snapshot -r $A/src@s2; zfs snapshot -r $A/src@s3',
]

/** The repairs that make room for a backup, as root. */
export const aside: Scenario = { name: 'aside', lines: [...stage, ...repairs('')] }

/** The same as the unprivileged user, with the rights that the installation page delegates and no others. */
export const asideDelegated: Scenario = {
  name: 'aside-delegated',
  lines: [
    ...stage,
    'zfs allow zfsadmin send,hold,bookmark $A; zfs allow zfsadmin receive:append,create,mount,rename,hold,clone,promote,readonly,canmount $B',
    ...repairs('admin '),
  ],
}
