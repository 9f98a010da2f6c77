import type { Scenario } from '../scenario.ts'

/** What is mounted, and where: a rename with `-u` leaves a file system where it was mounted. */
const WHERE = 'zfs list -H -o name,mounted,mountpoint -t filesystem -r $A; zfs mount | grep "$A" | sort'

export const mounts: Scenario = {
  name: 'mounts',
  lines: [
    'zfs create -p $A/fs/kid; zfs allow zfsadmin rename,create,mount,canmount $A',
    'zfs set canmount=noauto $A/fs; zfs list -H -o name,mounted -r $A',
    'zfs unmount $A/fs/kid; zfs unmount $A/fs; zfs set canmount=on $A/fs; zfs list -H -o name,mounted -r $A',
    'zfs inherit canmount $A/fs; zfs list -H -o name,mounted -r $A',
    'zfs mount $A/fs; zfs set canmount=off $A/fs; zfs list -H -o name,mounted -r $A',
    'zfs set canmount=on $A/fs; zfs list -H -o name,mounted -r $A',
    'zfs unmount $A/fs; zfs set mountpoint=/pools/$A/elsewhere $A/fs; zfs list -H -o name,mounted -r $A',
    'zfs unmount $A/fs/kid; zfs inherit mountpoint $A/fs; zfs list -H -o name,mounted -r $A',
    'zfs mount $A/fs/kid; zfs set readonly=on $A/fs; zfs list -H -o name,mounted -r $A',
    'admin zfs set canmount=noauto $A/fs; admin zfs set canmount=on $A/fs; zfs list -H -o name,mounted -r $A',

    'zfs rename -u $A/fs $A/moved',
    WHERE,
    'admin zfs unmount $A/moved',
    'admin zfs rename $A/moved/kid $A/kid',
    'admin zfs rename $A/moved $A/other',
    'zfs mount $A/moved',
    'zfs rename $A/moved $A/other',
    WHERE,
    'zfs rename -u $A/other $A/back; zfs unmount $A/back/kid; zfs mount $A/back/kid',
    WHERE,
    'zfs unmount $A/back',
    'zfs mount $A/back; zfs mount $A/back/kid',
    WHERE,
    'zfs rename -u $A/back $A/again; zfs rename -u $A/again $A/back',
    WHERE,
    'zfs rename -u $A/back $A/again; zfs set mountpoint=/pools/$A/set $A/again',
    WHERE,
    'zfs rename -u $A/again $A/last',
    WHERE,
    'zfs inherit -S quota $A/last; zfs inherit quota $A/last',
    'zfs destroy -r $A/last; zfs list -H -o name -r $A',
  ],
}
