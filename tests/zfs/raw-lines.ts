import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openLab } from './lab.ts'
import { at, CREATE, LOAD, RawLab, type User } from './raw-lab.ts'

const MINUTES = 60_000

const MAKE = `fill() { dd if=/dev/urandom of=/pools/$1/f$(ls /pools/$1 | wc -l) bs=256k count=2 2>/dev/null; }
# Brought over by hand, as a tree: the child inherits the key of the backup's root, which somebody has loaded there.
${CREATE} $P/tree; zfs create $P/tree/kid; fill $P/tree; fill $P/tree/kid
zfs snapshot -r $P/tree@s1; zfs send -Rw $P/tree@s1 | zfs receive -u $B/tree; ${LOAD} $B/tree
fill $P/tree/kid; zfs snapshot $P/tree/kid@s2
# Not there yet: an encrypted one, and below it one that is on purpose not encrypted.
${CREATE} $P/mix; zfs create -o encryption=off $P/mix/plain; fill $P/mix; fill $P/mix/plain
zfs snapshot -r $P/mix@s1
# Somebody has tried by hand, and not raw; a part of it has arrived.
${CREATE} $P/left; dd if=/dev/urandom of=/pools/$P/left/f bs=1M count=4 2>/dev/null; zpool sync; zfs snapshot $P/left@s1
zfs send -L -c $P/left@s1 | head -c 2500000 | zfs receive -s -u $B/left || true
zfs get -H -o value receive_resume_token $B/left | grep -q '^1-'`

/** What is encrypted leaves the primary encrypted: told by the header of each stream. */
export function everyRawLine(user: User): void {
  describe(`raw lines, as ${user}`, () => {
    let lab: RawLab
    const [P, B] = [at('p', user), at('b', user)]
    beforeAll(async () => {
      lab = await RawLab.open(openLab(), [user], MAKE, [
        { id: 'kid', name: 'tree/kid' },
        { id: 'mix', name: 'mix', more: 'recursive: true' },
        { id: 'left', name: 'left', more: 'send: { raw: true }' },
      ])
    }, 4 * MINUTES)
    afterAll(() => lab?.close(), 3 * MINUTES)

    test(
      'a child alone that inherits its key goes on raw, with the key loaded on both sides and on none',
      async () => {
        expect(await lab.codes(`kid-${user}`)).not.toContain('ENCRYPTION_MISMATCH')
        expect((await lab.repair(`kid-${user}`)).state).toBe('SUCCEEDED')
        expect(await lab.streams()).toEqual([true])
        expect(await lab.sameIvSet(user, 'tree/kid@s2')).toBe(true)
        await lab.run(
          `zfs unload-key ${B}/tree; zfs unmount ${P}/tree/kid; zfs unmount ${P}/tree; zfs unload-key ${P}/tree; zfs snapshot ${P}/tree/kid@s3`,
        )
        expect((await lab.repair(`kid-${user}`)).state).toBe('SUCCEEDED')
        expect(await lab.streams()).toEqual([true])
        // The admin's own raw increments go on too.
        await lab.run(
          `zfs snapshot ${P}/tree/kid@s4; zfs send -w -i @s3 ${P}/tree/kid@s4 | zfs receive -s -u ${B}/tree/kid`,
        )
        expect(await lab.sameIvSet(user, 'tree/kid@s4')).toBe(true)
      },
      8 * MINUTES,
    )

    test(
      'what is not encrypted on purpose is kept so below an encrypted backup',
      async () => {
        const children = (await lab.witness.get('/api/datasets?limit=200')).items
        const idOf = (name: string) =>
          encodeURIComponent(children.find((each: any) => each.pair.primary.dataset === `${P}/${name}`).id)
        for (const name of ['mix', 'mix/plain'])
          expect([name, (await lab.repair(idOf(name))).state]).toEqual([name, 'SUCCEEDED'])
        expect(await lab.streams()).toEqual([true, false])
        const roots = await lab.run(`zfs list -H -o name,encryptionroot,keystatus -r ${B}/mix`)
        expect(roots.trim().split('\n')).toEqual([`${B}/mix\t${B}/mix\tunavailable`, `${B}/mix/plain\t-\t-`])
      },
      8 * MINUTES,
    )

    test(
      'what is left of a transfer that was not raw is not resumed',
      async () => {
        const run = await lab.repair(`left-${user}`)
        expect([run.preview.plan.kind, run.state]).toEqual(['SET_ASIDE_RESEED', 'SUCCEEDED'])
        expect(await lab.streams()).toEqual([true])
        expect(await lab.sameIvSet(user, 'left@s1')).toBe(true)
        expect((await lab.run(`zfs get -H -o value encryption ${B}/left`)).trim()).toBe('aes-256-gcm')
      },
      8 * MINUTES,
    )
  })
}
