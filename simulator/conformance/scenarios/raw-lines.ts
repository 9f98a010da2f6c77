import type { Scenario } from '../scenario.ts'

const ROOTS = 'zfs list -H -o name,encryption,encryptionroot,keystatus'
const TOKEN = (dataset: string) => `$(zfs get -H -o value receive_resume_token ${dataset})`
const IV =
  'iv() { zfs get -Hp -o value ivsetguid "$1"; }; same() { [ "$(iv "$1")" = "$(iv "$2")" ] && echo same || echo other; }'
const NEXT = '$B/enc/kid.zw-next-20261122T000000Z'
const ASIDE = '$B/enc/kid.zw-aside-20261122T000000Z'

/** What goes on raw, whoever is its encryption root; what of a tree is not encrypted; what stands in a raw stream's way. */
export const rawLines: Scenario = {
  name: 'raw-lines',
  lines: [
    'zfs create $A; zfs create $B',
    // So few rounds for the sake of an emulated machine.
    'echo password | zfs create -o encryption=aes-256-gcm -o keyformat=passphrase -o pbkdf2iters=100000 $A/enc',
    'zfs create $A/enc/kid; zfs create -o encryption=off $A/enc/plain',
    ':fill $A/enc/kid 300000; fill $A/enc/plain 300000',
    'zfs snapshot -r $A/enc@s1',
    'zfs allow zfsadmin send,hold,bookmark $A; zfs allow zfsadmin receive:append,create,mount,rename,hold,clone,promote,readonly,canmount $B',
    'for d in enc enc/kid; do admin zfs send -w $A/$d@s1 | admin zfs receive -s -u -o readonly=on $B/$d; done',
    `${ROOTS} -r $B/enc`,
    // A child that inherits its key, as `send -Rw` and `change-key -i` leave one: it goes on raw all the same.
    'zfs change-key -i $B/enc/kid',
    'for d in enc enc/kid; do echo password | zfs load-key $B/$d; done; zfs change-key -i $B/enc/kid; zfs unload-key $B/enc',
    `${ROOTS} -r $B/enc`,
    `${IV}; same $A/enc/kid@s1 $B/enc/kid@s1`,
    'zfs snapshot $A/enc/kid@s2; admin zfs send -w -i @s1 $A/enc/kid@s2 | admin zfs receive -s -u $B/enc/kid',
    `${ROOTS} -t all -r $B/enc`,
    // Snapshots without any change refuse a raw increment.
    'zfs snapshot $B/enc/kid@x1; zfs snapshot $B/enc/kid@x2; zfs snapshot $A/enc/kid@s3; zfs get -Hp -o name,value written,written@s2 $B/enc/kid $B/enc/kid@x1',
    'admin zfs send -w -i @s2 $A/enc/kid@s3 | admin zfs receive -s -u $B/enc/kid',
    'zfs destroy $B/enc/kid@x1,x2; zfs rollback $B/enc/kid@s2; admin zfs send -w -i @s2 $A/enc/kid@s3 | admin zfs receive -s -u $B/enc/kid',
    // Set aside and back: IV sets go along with the snapshots.
    'zfs snapshot $B/enc/kid@own',
    `admin zfs clone -o readonly=on -o canmount=noauto $B/enc/kid@s3 ${NEXT} && admin zfs promote ${NEXT} && admin zfs rename -u $B/enc/kid ${ASIDE} && admin zfs rename -u ${NEXT} $B/enc/kid`,
    `${ROOTS} -r $B/enc; zfs list -Hp -o name,used,written ${ASIDE}; zfs list -Hp -o name,written -t snapshot ${ASIDE}`,
    `${IV}; same $A/enc/kid@s3 $B/enc/kid@s3`,
    'zfs snapshot $A/enc/kid@s4; admin zfs send -w -i @s3 $A/enc/kid@s4 | admin zfs receive -s -u $B/enc/kid',
    // What is not encrypted inherits, unless it is told not to.
    'zfs get -Hp -o name,value encryption $A/enc $B/enc; zfs get -Hp -o name,value keystatus $A $A/enc $B/enc',
    'admin zfs send -L -c $A/enc/plain@s1 | admin zfs receive -s -u -o readonly=on $B/enc/plain',
    'admin zfs send -L -c $A/enc/plain@s1 | head -c 120000 | admin zfs receive -s -u -o readonly=on -o encryption=off $B/enc/plain',
    `${ROOTS} -r $B/enc; zfs get -H -s local -o property,value all $B/enc/plain`,
    `admin zfs send -t ${TOKEN('$B/enc/plain')} | admin zfs receive -s -u $B/enc/plain`,
    'zfs snapshot $A/enc/plain@s2; admin zfs send -L -c -i @s1 $A/enc/plain@s2 | admin zfs receive -s -u $B/enc/plain',
    `${ROOTS} -t all -r $B/enc/plain`,
    'zfs send -w $A/enc@s1 | zfs receive -s -u -o encryption=off $B/raw',
    // A token says whether its stream was raw.
    'zfs send -w $A/enc/kid@s1 | head -c 120000 | zfs receive -s -u $B/tok1 2>/dev/null; zfs send -L -c $A/enc/kid@s1 | head -c 120000 | zfs receive -s -u $B/tok2 2>/dev/null',
    `zfs send -nvP -t ${TOKEN('$B/tok1')} | grep ok`,
    `zfs send -nvP -t ${TOKEN('$B/tok2')} | grep ok`,
    `${ROOTS} $B/tok1 $B/tok2`,
  ],
}
