import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { copyTo, everything, makePrimary, openLab, remove, root } from './lab.ts'
import { Witness } from './witness.ts'

const lab = openLab()
const MINUTES = 60_000

const YAML = `san_hosts:
  hqs8: { hostname: hqs8.storage.local, ssh_user: zfsadmin }
  hqs1: { hostname: hqs1.storage.local, ssh_user: zfsadmin }
pairs:
  - name: "HQS8 → HQS1"
    primary: hqs8
    backup: hqs1
    datasets:
      - { name: hqs8p1/insp, backup_dataset: hqs1p1/insp }
      - { name: hqs8p1/secret, backup_dataset: hqs1p1/secret }
scheduler: { interval_minutes: 1440 }
`
const NAMES = ['hqs8p1/insp', 'hqs1p1/insp', 'hqs8p1/secret', 'hqs1p1/secret', 'hqs8p1/back']

describe('doctor, discover and verify on real OpenZFS', () => {
  let witness: Witness
  beforeAll(async () => {
    await remove(lab, ...NAMES)
    await root(lab, 'for p in hqs8p1 hqs1p1; do zfs unallow -u zfsadmin $p 2>/dev/null || true; done')
    await makePrimary(lab, 'hqs8p1/insp', 3)
    await copyTo(lab, 'hqs8p1/insp', 'hqs1p1/insp', 's3')
    // A gap, and properties of its own on both sides.
    await root(
      lab,
      'zfs destroy hqs1p1/insp@s2; zfs set atime=off hqs1p1/insp; zfs set org.zw:x=y hqs1p1/insp; zfs set compression=lz4 hqs8p1/insp',
    )
    await root(
      lab,
      `echo geheimgeheim | zfs create -o encryption=on -o keyformat=passphrase hqs8p1/secret
       echo inhalt > /pools/hqs8p1/secret/f; zfs snapshot hqs8p1/secret@e1
       zfs send -w hqs8p1/secret@e1 | zfs receive -u -o readonly=on hqs1p1/secret`,
    )
    witness = new Witness(lab, YAML)
    await witness.start()
  }, 5 * MINUTES)
  afterAll(async () => {
    await witness.close()
    await remove(lab, ...NAMES)
    await root(lab, 'for p in hqs8p1 hqs1p1; do zfs unallow -u zfsadmin $p 2>/dev/null || true; done')
  }, 3 * MINUTES)

  test(
    'the lines that the doctor prints give exactly what it missed, and it changes nothing itself',
    async () => {
      const before = await everything(lab)
      const { body: sick } = await witness.post('/api/doctor', {})
      expect(await everything(lab)).toBe(before)
      const rights = (report: any) => report.findings.filter((each: any) => each.check === 'RIGHTS')
      expect(rights(sick).map((each: any) => each.state)).toEqual(['FAILED', 'FAILED', 'OK'])
      const lines: string[] = rights(sick).flatMap((each: any) => each.fix.map((fix: any) => fix.command))
      expect(lines).toContain(
        'zfs allow -u zfsadmin receive:append,create,mount,rename,hold,clone,promote,readonly,canmount,atime,userprop hqs1p1',
      )
      await root(lab, lines.join('\n'))
      const { body: cured } = await witness.post('/api/doctor', { throughput: true })
      expect(rights(cured).map((each: any) => each.state)).toEqual(['OK', 'OK', 'OK'])
      const worst = cured.findings.filter((each: any) => each.state === 'FAILED')
      expect(worst).toEqual([])
      expect(cured.findings.find((each: any) => each.check === 'PATH').state).toBe('OK')
    },
    6 * MINUTES,
  )

  test(
    'with those rights a diverged backup can be set aside, and nothing can be destroyed',
    async () => {
      const as = (line: string) => `su zfsadmin -s /bin/sh -c '${line}'`
      await root(
        lab,
        [
          as(
            'zfs clone -o readonly=on -o canmount=noauto -o atime=off -o org.zw:x=y hqs1p1/insp@s3 hqs1p1/insp.zw-next-T',
          ),
          as('zfs promote hqs1p1/insp.zw-next-T'),
          as('zfs rename -u hqs1p1/insp hqs1p1/insp.zw-aside-T'),
          as('zfs rename -u hqs1p1/insp.zw-next-T hqs1p1/insp'),
        ].join('\n'),
      )
      const refused = await root(lab, `${as('zfs destroy hqs1p1/insp@s1')} 2>&1 || true`)
      expect(refused).toContain('permission denied')
      await root(lab, 'zfs destroy hqs1p1/insp.zw-aside-T')
    },
    3 * MINUTES,
  )

  test(
    'a gap is found by guid; the restore command brings the data back, also that of an encrypted one',
    async () => {
      const { body } = await witness.post('/api/datasets/hqs8-hqs1.insp/verify')
      expect(body.history.commonCount).toBe(2)
      expect(body.history.gaps.map((gap: any) => gap.name)).toEqual(['s2'])
      expect(body.restore.properties).toEqual({ compression: 'lz4' })
      // The same words without the way to the hosts: here they share a machine.
      const local = (line: string) => line.replaceAll(/ssh -p \d+ 127\.0\.0\.1 '([^']*)'/g, '$1')
      await root(lab, body.restore.withHistory.map(local).join('\n'))
      const came = await root(lab, `zfs list -Hp -t snapshot -d 1 -o name '${body.restore.into}'`)
      expect(
        came
          .trim()
          .split('\n')
          .map((name) => name.split('@')[1]),
      ).toEqual(['s1', 's3'])
      await remove(lab, body.restore.into)

      const { body: secret } = await witness.post('/api/datasets/hqs8-hqs1.secret/verify')
      expect(secret.restore.command).toContain(' -w ')
      await root(lab, local(secret.restore.command))
      const read = await root(
        lab,
        `echo geheimgeheim | zfs load-key '${secret.restore.into}'; zfs mount '${secret.restore.into}'; cat /pools/${secret.restore.into}/f`,
      )
      expect(read).toBe('inhalt\n')
      await remove(lab, secret.restore.into)
    },
    4 * MINUTES,
  )

  test(
    'discover matches by guid and marks what is watched',
    async () => {
      const { body } = await witness.post('/api/discover', { primary: 'hqs8', backup: 'hqs1' })
      // The lab's SANs share a kernel, so each sees all pools.
      const found = body.mappings.filter(
        ({ primary, backup }: any) =>
          NAMES.includes(backup) && primary.startsWith('hqs8p1/') && backup.startsWith('hqs1p1/'),
      )
      expect(found.map((each: any) => [each.primary, each.backup, each.configured])).toEqual([
        ['hqs8p1/insp', 'hqs1p1/insp', 'hqs8-hqs1.insp'],
        ['hqs8p1/secret', 'hqs1p1/secret', 'hqs8-hqs1.secret'],
      ])
    },
    3 * MINUTES,
  )
})
