import { afterAll, beforeAll, describe, expect } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { program, run, testWhere } from './program.ts'

/*
 * The container's entry (lib/setup/enter) as a uid that no passwd knows, without an image: in mounts of its own, with the root
 * file system read-only, /tmp in memory and no right. The image itself is tried so by `npm run test:image`.
 */
const UID = 47_111
const YAML = `san_hosts: { a: { hostname: 127.0.0.1, port: 1, ssh_user: z }, b: { hostname: 127.0.0.1, port: 1, ssh_user: z } }
pairs: [{ primary: a, backup: b, datasets: [{ name: p/a, backup_dataset: q/a }] }]
scheduler: { interval_minutes: 30 }
`

function missing(): string | null {
  if (process.getuid?.() !== 0) return 'it needs root.'
  const lacking = ['unshare', 'setpriv', 'mount', 'getent', 'ssh-keygen'].filter((name) => program('', name) === null)
  if (lacking.length > 0) return `${lacking.join(' and ')} is missing.`
  if (run(['unshare', '--mount', 'true']).code !== 0) return 'this machine forbids mounts of its own.'
  const preloaded = run(['getent', 'passwd', '0'], { LD_PRELOAD: 'libnss_wrapper.so' })
  return preloaded.err === '' ? null : 'there is no libnss-wrapper (Debian: apt-get install libnss-wrapper).'
}
const on = testWhere(missing(), 'any uid')

/** Nothing of this directory is needed inside but the script: /opt is the checkout, /mnt the volumes. */
let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'zw-any-uid-'))
  writeFileSync(join(directory, 'app-config.yaml'), YAML)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** @param words a script for sh, as that uid. @param tmp what is done with /tmp before */
function as(script: string, tmp = 'mount -t tmpfs -o mode=1777,noexec tmpfs /tmp') {
  const contained = `set -eu
    mount --make-rprivate /
    mount --bind "$1" /opt
    mount -t tmpfs -o mode=755 tmpfs /mnt
    mkdir /mnt/config /mnt/data /mnt/logs; cp "$2/app-config.yaml" /mnt/config/; chmod 700 /mnt/data; chown ${UID}:${UID} /mnt/data /mnt/logs
    ${tmp}
    mount -o remount,bind,ro /
    cd /
    exec setpriv --reuid=${UID} --regid=${UID} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
      env -i PATH="$PATH" HOME=/mnt/data ZWITNESS_CONFIG_DIR=/mnt/config ZWITNESS_DATA_DIR=/mnt/data ZWITNESS_LOG_DIR=/mnt/logs sh -euc "$3"`
  return run(['unshare', '--mount', 'sh', '-c', contained, 'sh', resolve('.'), directory, script])
}

interface Finding {
  readonly check: string
}
const uidOf = (out: string) => JSON.parse(out).findings.find(({ check }: Finding) => check === 'UID')

describe('a uid that no passwd knows', () => {
  on('is nobody to ssh, and the doctor says so where nobody gave it a name', () => {
    const bare = as('ssh-keygen -q -t ed25519 -N "" -f /mnt/data/key')
    expect(bare.err + bare.out).toContain(`No user exists for uid ${UID}`)
    expect(uidOf(as('/opt/lib/setup/zwitness doctor --json || true').out)).toMatchObject({ state: 'FAILED' })
  })

  on('is given a name by the entry: ssh makes a key, and the doctor sees what ssh sees', () => {
    const { code, out, err } = as('/opt/lib/setup/enter keys init >&2; /opt/lib/setup/enter doctor --json || true')
    expect([code, err]).toEqual([0, expect.stringContaining('ssh-ed25519')])
    expect(uidOf(out)).toMatchObject({ state: 'OK', message: `The witness runs as witness (uid ${UID}).` })
  })

  on('is refused in words without a /tmp to write to, and where somebody else has made its place there', () => {
    const place = `/tmp/zwitness-${UID}`
    const OTHERS = [
      'mount -t tmpfs -o mode=1777,ro tmpfs /tmp',
      `mount -t tmpfs -o mode=1777 tmpfs /tmp; mkdir -m 777 ${place}`,
      `mount -t tmpfs -o mode=1777 tmpfs /tmp; mkdir -m 777 /tmp/x; chown ${UID} /tmp/x; ln -s /tmp/x ${place}`,
    ]
    for (const tmp of OTHERS) {
      const { code, err } = as('/opt/lib/setup/enter keys init', tmp)
      expect({ tmp, code }).toEqual({ tmp, code: 1 })
      expect(err).toContain(`witness:x:${UID}:${UID}::/mnt/data:/usr/sbin/nologin`)
    }
  })
})
