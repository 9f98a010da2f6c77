import type { Scenario } from '../scenario.ts'

export const encryption: Scenario = {
  name: 'encryption',
  lines: [
    'zfs create $A; zfs create $B',
    // So few rounds for the sake of an emulated machine.
    'echo password | zfs create -o encryption=aes-256-gcm -o keyformat=passphrase -o pbkdf2iters=100000 $A/enc',
    ':fill $A/enc 300000',
    'zfs create $A/enc/kid; zfs snapshot $A/enc@s1; zfs snapshot $A/enc@s2; zfs create $A/plain; zfs snapshot $A/plain@p1',
    'zfs list -H -o name,encryption,encryptionroot,keystatus,keyformat -t all -r $A',
    'zfs send $A/enc@s1 | zfs receive -s -u $B/e1; zfs list -H -o name,encryption,encryptionroot,keystatus $B/e1',
    'zfs send -w $A/enc@s1 | zfs receive -s -u $B/e2; zfs list -H -o name,encryption,encryptionroot,keystatus $B/e2',
    'zfs send -w -i @s1 $A/enc@s2 >$T/raw12; zfs send -i @s1 $A/enc@s2 >$T/plain12; zfs send -w $A/enc@s1 >$T/raw1',
    'zfs receive -s -u $B/e1 <$T/raw12',
    'zfs receive -s -u $B/e2 <$T/plain12',
    'zfs receive -s -u $B/e2 <$T/raw12; zfs list -H -o name -t all $B/e2',
    // IV sets: of snapshots and bookmarks, kept by a raw stream, made anew by any other; no key is needed to read them.
    'zfs bookmark $A/enc@s1 $A/enc#m1; zfs get -H -o name,value ivsetguid $A/enc $A/plain $A/plain@p1 $B/e1@s1',
    'iv() { zfs get -Hp -o value ivsetguid "$1"; }; for b in $A/enc#m1 $B/e2@s1; do [ "$(iv $b)" = "$(iv $A/enc@s1)" ] && echo "$b same"; done; [ "$(iv $A/enc@s1)" = "$(iv $A/enc@s2)" ] || echo other',
    'zfs get -H -o property all $B/e2@s1 | grep -c ivsetguid; zfs list -H -o name,ivsetguid -t snapshot $A/plain@p1',
    'zfs snapshot $A/enc@s3; zfs send -w -i @s2 $A/enc@s3 >$T/raw23; echo password | zfs load-key $B/e2',
    'zfs snapshot $A/enc@s4; zfs send -i @s2 $A/enc@s3 | zfs receive -s -u $B/e2; zfs list -H -o name -t all $B/e2',
    'iv() { zfs get -Hp -o value ivsetguid "$1"; }; [ "$(iv $A/enc@s3)" = "$(iv $B/e2@s3)" ] || echo differ; zfs send -w -i @s3 $A/enc@s4 | zfs receive -s -u $B/e2',
    'zfs create $B/plain; zfs receive -s -u -F $B/plain <$T/raw1',
    'zfs send -p $A/enc@s1 >$T/x',
    'zfs unmount -f $A/enc/kid; zfs unmount -f $A/enc; zfs unload-key $A/enc; zfs get -H -o value keystatus $A/enc $A/enc/kid',
    'zfs send $A/enc@s1 >$T/x',
    'zfs send -nvP $A/enc@s1',
    'zfs send -w $A/enc@s1 >$T/x; test -s $T/x && echo stream',
    'zfs unload-key $A/enc',
    'zfs mount $A/enc',
    'echo wrong | zfs load-key $A/enc',
    'echo password | zfs load-key $A/enc; zfs get -H -o value keystatus $A/enc',
    'echo password | zfs load-key $A/enc',
    'zfs load-key $A/plain',
    'zfs rename $A/enc/kid $A/kid',
  ],
}
