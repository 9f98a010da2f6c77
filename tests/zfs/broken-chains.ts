/** Ways in which a backup and its primary fall apart, each made by hand on the machine with real OpenZFS. */
export interface Situation {
  /** Also the dataset's name below the pools. */
  readonly name: string
  /** Shell, as root: makes `hqs8p1/NAME` ($P) and `hqs1p1/NAME` ($B) what they are. */
  readonly make: string
  readonly plan: string
  /** Files that only the backup had, and that must be readable in a set-aside: path below it → content. */
  readonly kept?: Readonly<Record<string, string>>
  /** Shell after the repair, as root; must succeed. $A is the set-aside. */
  readonly after?: string
  /** What the delegated user is told before one click; as root it mends itself all the same. */
  readonly waits?: RegExp
  /** Who repairs it; without a word only the delegated user, whose rights are the narrower ones. */
  readonly as?: 'both' | 'root'
  /** In the core (tests/zfs/core): one of each kind of plan, and what real ZFS has refused most often. */
  readonly core?: true
}

/** Those that the user repairs: of the core, or all the others. */
export function situationsOf(user: User, part: 'core' | 'rest'): readonly Situation[] {
  return SITUATIONS.filter(({ as, core = false }) => {
    const theirs = as === 'both' || (user === 'root') === (as === 'root')
    return theirs && core === (part === 'core')
  })
}
export type User = 'zfsadmin' | 'root'

/** Three snapshots on the primary, the first two on the backup; mounts of the backup are the backup's own. */
const PAIR = `
zfs create $P; for i in 1 2; do echo "p$i" >/pools/$P/f$i; zfs snapshot $P@s$i; done
zfs send -L -c $P@s1 | zfs receive -u -o readonly=on $B; zfs send -L -c -I @s1 $P@s2 | zfs receive -u $B
echo p3 >/pools/$P/f3; zfs snapshot $P@s3; echo p4 >/pools/$P/f4; zfs snapshot $P@s4`
/** Somebody worked on the backup: a file, a snapshot of it, and another file. */
const DIVERGE = `
zfs set readonly=off $B; zfs mount $B; echo mine >/pools/$B/own; zfs snapshot $B@own; echo later >/pools/$B/later; zpool sync hqs1p1; zfs set readonly=on $B`

export const SITUATIONS: readonly Situation[] = [
  {
    name: 'ahead',
    core: true,
    make: `${PAIR}${DIVERGE}; zfs unmount $B`,
    as: 'both',
    plan: 'SET_ASIDE_REWIND',
    kept: { own: 'mine', later: 'later' },
  },
  {
    name: 'held',
    make: `${PAIR}${DIVERGE}; zfs hold keep $B@own; zfs unmount $B`,
    plan: 'SET_ASIDE_REWIND',
    kept: { own: 'mine' },
  },
  {
    name: 'clash',
    make: `${PAIR}; zfs set readonly=off $B; zfs mount $B; echo other >/pools/$B/other; zfs snapshot $B@s3; zfs unmount $B; zfs set readonly=on $B`,
    plan: 'SET_ASIDE_REWIND',
    kept: { other: 'other' },
  },
  {
    name: 'oldname',
    core: true,
    // A snapshot of the backup, held and older than the base, has the name of one to be sent.
    make: `zfs create $P; echo p1 >/pools/$P/f1; zfs snapshot $P@s1; zfs send -L -c $P@s1 | zfs receive -u -o readonly=on $B
zfs snapshot $B@s3; zfs hold keep $B@s3; echo p2 >/pools/$P/f2; zfs snapshot $P@s2; zfs send -L -c -i @s1 $P@s2 | zfs receive -u $B
echo p3 >/pools/$P/f3; zfs snapshot $P@s3; echo p4 >/pools/$P/f4; zfs snapshot $P@s4`,
    as: 'both',
    plan: 'INCREMENTAL',
    after: `[ $(zfs list -H -o name -t snapshot -d 1 $B | grep -c '@s3') = 2 ]; ! zfs list -H -o name | grep -F $B.zw-; [ "$(zfs get -H -o value userrefs $(zfs list -H -o name -t snapshot -d 1 $B | grep '@s3.zw-'))" = 1 ]`,
  },
  {
    name: 'mounted',
    // Mounted, and a process sits inside: nothing is unmounted, and a reboot must not bring the set-aside up in its place.
    make: `${PAIR}${DIVERGE}; (cd /pools/$B && exec sleep 1200) >/dev/null 2>&1 </dev/null &`,
    plan: 'SET_ASIDE_REWIND',
    kept: { own: 'mine' },
  },
  {
    name: 'children',
    make: `${PAIR}; for k in one two; do zfs create -u $B/$k; zfs mount $B/$k 2>/dev/null || { mkdir -p /mnt/$k; }; zfs snapshot $B/$k@kid; done${DIVERGE}`,
    as: 'both',
    plan: 'SET_ASIDE_REWIND',
    kept: { own: 'mine' },
    after: `zfs list $B/one@kid $B/two@kid; ! zfs list $A/one 2>/dev/null`,
  },
  {
    name: 'recreated',
    core: true,
    // Destroyed and made again under its name, with snapshots of the same names.
    make: `${PAIR}; zfs destroy -r $P; zfs create $P; for i in 1 2 3; do echo "n$i" >/pools/$P/f$i; zfs snapshot $P@s$i; done`,
    as: 'both',
    plan: 'SET_ASIDE_RESEED',
    kept: { f1: 'p1', f2: 'p2' },
  },
  {
    name: 'reseedkids',
    make: `${PAIR}; for k in one two; do zfs create -u $B/$k; zfs snapshot $B/$k@kid; done; zfs destroy -r $P; zfs create $P; echo new >/pools/$P/f; zfs snapshot $P@new`,
    plan: 'SET_ASIDE_RESEED',
    kept: { f1: 'p1' },
    after: `zfs list $B/one@kid $B/two@kid; ! zfs list $A/one 2>/dev/null`,
  },
  {
    name: 'firstcut',
    // A first receive was cut off, and the snapshot that it was to bring is gone from the primary.
    make: `zfs create $P; dd if=/dev/urandom of=/pools/$P/big bs=1M count=4 2>/dev/null; zfs snapshot $P@gone
zfs send -L -c $P@gone | head -c 2000000 | zfs receive -s -u $B || true; zfs destroy $P@gone; echo p >/pools/$P/f; zfs snapshot $P@s1`,
    plan: 'SET_ASIDE_RESEED',
    waits: /lost to retention: .* or delegate `release` there besides `hold`/,
    as: 'both',
  },
  {
    name: 'stale',
    core: true,
    // An incremental was cut off, and its snapshot is gone from the primary: nothing else can be received there.
    make: `${PAIR}; dd if=/dev/urandom of=/pools/$P/big bs=1M count=4 2>/dev/null; zfs snapshot $P@gone
zfs send -L -c -i $P@s2 $P@gone | head -c 2000000 | zfs receive -s -u $B || true; zfs destroy $P@gone; zfs snapshot $P@s5`,
    plan: 'SET_ASIDE_REWIND',
  },
  {
    name: 'bookmark',
    core: true,
    make: `${PAIR}; zfs bookmark $P@s2 $P#mark; zfs destroy $P@s1; zfs destroy $P@s2`,
    plan: 'FROM_BOOKMARK',
  },
  {
    name: 'promoted',
    // A swap was cut off after the promote: only names and origins tell, for this database has never seen it.
    make: `${PAIR}${DIVERGE}; zfs unmount $B; zfs clone -o readonly=on -o canmount=noauto $B@s2 $B.zw-next-20260101T000000Z; zfs promote $B.zw-next-20260101T000000Z`,
    plan: 'FINISH_SWAP',
    kept: { own: 'mine' },
  },
  {
    name: 'renamed',
    core: true,
    make: `${PAIR}${DIVERGE}; zfs unmount $B; n=$B.zw-next-20260101T000000Z; zfs clone -o readonly=on -o canmount=noauto $B@s2 $n; zfs promote $n; zfs rename -u $B $B.zw-aside-20260101T000000Z`,
    as: 'both',
    plan: 'FINISH_SWAP',
    kept: { own: 'mine' },
  },
  {
    name: 'zvol',
    make: `zfs create -V 8M $P; for i in 1 2; do zfs snapshot $P@s$i; done
zfs send -L -c $P@s1 | zfs receive -u -o readonly=on $B; zfs send -L -c -I @s1 $P@s2 | zfs receive -u $B
zfs snapshot $P@s3; zfs set readonly=off $B; zfs set volsize=12M $B; zfs set readonly=on $B; zfs snapshot $B@s3`,
    plan: 'SET_ASIDE_REWIND',
  },
  {
    name: 'zvolreseed',
    make: `zfs create -V 8M $P; zfs snapshot $P@s1; zfs send -L -c $P@s1 | zfs receive -u -o readonly=on $B; zfs destroy -r $P; zfs create -V 8M $P; zfs snapshot $P@new`,
    plan: 'SET_ASIDE_RESEED',
    as: 'root',
  },
  {
    name: 'raw',
    core: true,
    // Encrypted, sent raw, and the key is nowhere loaded: an own snapshot is in the way of a raw stream.
    make: `echo passphrase | zfs create -o encryption=on -o keyformat=passphrase $P; for i in 1 2; do echo "p$i" >/pools/$P/f$i; zfs snapshot $P@s$i; done
zfs send -w $P@s1 | zfs receive -u -o readonly=on $B; zfs send -w -I @s1 $P@s2 | zfs receive -u $B
echo p3 >/pools/$P/f3; zfs snapshot $P@s3; zfs snapshot $B@own; zfs unmount $P; zfs unload-key $P`,
    plan: 'SET_ASIDE_REWIND',
  },
  {
    name: 'rawkids',
    // A tree that was brought over by `send -Rw`: the child has its key from the backup's root, and goes back below it.
    make: `echo passphrase | zfs create -o encryption=on -o keyformat=passphrase $P; zfs create $P/kid; echo p1 >/pools/$P/f1; zfs snapshot -r $P@s1
zfs send -Rw $P@s1 | zfs receive -u $B; zfs set readonly=on $B; zfs snapshot $B@own; echo p2 >/pools/$P/f2; zfs snapshot $P@s2`,
    plan: 'SET_ASIDE_REWIND',
    as: 'both',
    after: `zfs list $B/kid@s1; ! zfs list $A/kid 2>/dev/null`,
  },
  {
    name: 'rawreseed',
    make: `echo passphrase | zfs create -o encryption=on -o keyformat=passphrase $P; echo p >/pools/$P/f; zfs snapshot $P@s1; zfs unmount $P; zfs unload-key $P
zfs create $B; echo old >/pools/$B/old; zfs snapshot $B@old; zfs unmount $B; zfs set readonly=on $B`,
    plan: 'SET_ASIDE_RESEED',
    kept: { old: 'old' },
    as: 'root',
  },
]
