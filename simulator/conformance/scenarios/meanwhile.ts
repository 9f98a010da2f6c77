import type { Scenario } from '../scenario.ts'

/** Until the receive into `$B/t` has begun. */
const UNDER_WAY = 'until test "$(zfs get -H -o value receive_resume_token $B/t)" != -; do sleep 0.1; done'

/**
 * What people do to a dataset while something is being received into it: in the middle of the stream the sender waits
 * until the receive is under way, does it, and goes on.
 */
export const meanwhile: Scenario = {
  name: 'meanwhile',
  lines: [
    'zfs create -p $A/src; zfs create $B',
    ':fill $A/src 4000000',
    'zfs snapshot $A/src@s1',
    ':fill $A/src 4000000',
    'zfs snapshot $A/src@s2',
    'zfs send $A/src@s1 >$T/full; zfs send -i @s1 $A/src@s2 >$T/i12',
    // The first receive of a dataset.
    '{ head -c 2000000 $T/full; until zfs list $B/t >/dev/null 2>&1; do sleep 0.1; done; zfs snapshot $B/t@own >&2; zfs snapshot -r $B@all >&2; tail -c +2000001 $T/full; } | zfs receive -s -u $B/t',
    'zfs list -H -o name -t snapshot -r $B',
    'head -c 2000000 $T/full | zfs receive -s -u $B/cut',
    'zfs snapshot $B/cut@own',
    'zfs receive -A $B/cut',
    // An increment: any snapshot, even one without data, makes the end of the stream fail; what has arrived is kept.
    ...[':', 'fill $B/t 100000 >&2;'].flatMap((change) => [
      `zfs mount $B/t; { head -c 2000000 $T/i12; ${UNDER_WAY}; ${change === ':' ? '' : change} zfs snapshot $B/t@own >&2; tail -c +2000001 $T/i12; } | zfs receive -s -u $B/t`,
      'zfs list -H -o name -t snapshot -r $B/t; zfs get -H -o value receive_resume_token $B/t | cut -c1-2',
      'zfs send -t $(zfs get -H -o value receive_resume_token $B/t) | zfs receive -s -u $B/t',
      'zfs destroy $B/t@own; zfs send -t $(zfs get -H -o value receive_resume_token $B/t) | zfs receive -s -u $B/t',
      'zfs list -H -o name -t snapshot -r $B/t; zfs receive -A $B/t; zfs rollback -r $B/t@s1',
    ]),
    // Data alone.
    `zfs mount $B/t; { head -c 2000000 $T/i12; ${UNDER_WAY}; fill $B/t 100000 >&2; tail -c +2000001 $T/i12; } | zfs receive -s -u $B/t`,
    'zfs list -H -o name -t snapshot -r $B/t; zfs get -H -o value receive_resume_token $B/t | cut -c1-2',
    // A raw increment from a bookmark.
    'echo password | zfs create -o encryption=aes-256-gcm -o keyformat=passphrase -o pbkdf2iters=100000 $A/enc; zfs snapshot $A/enc@s1; zfs snapshot $A/enc@s2; zfs bookmark $A/enc@s1 $A/enc#m; zfs bookmark $A/enc#m $A/enc#m2',
    'zfs send -w $A/enc@s1 | zfs receive -s -u $B/e; zfs destroy $A/enc@s1; zfs send -w -i $A/enc#m2 $A/enc@s2 | zfs receive -s -u $B/e; zfs list -H -o name -t snapshot $B/e',
    'zfs send -i $A/enc#m $A/enc@s2 | zfs receive -s -u $B/e',
  ],
}
