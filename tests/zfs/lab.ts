import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The machine with real OpenZFS: its client files, written by whoever booted it (`tests/zfs/run`). */
export interface Lab {
  /** Holds ssh_config, id_ed25519 and known_hosts. */
  readonly directory: string
  readonly ports: Readonly<Record<San, number>>
}
export type San = 'hqs8' | 'hqs10' | 'hqs1' | 'hqs7'
export const SANS: readonly San[] = ['hqs8', 'hqs10', 'hqs1', 'hqs7']

/** The lab of this lane. @throws where no lab runs: these tests are run by `npm run test:zfs`, which boots them. */
export function openLab(): Lab {
  const clients = process.env.ZFS_LAB_CLIENT?.split(':') ?? []
  const lane = Number(process.env.BUN_TEST_WORKER_ID ?? 1)
  const directory = clients[(lane - 1) % clients.length]
  if (directory === undefined || !existsSync(join(directory, 'ssh_config'))) {
    throw new Error('No OpenZFS machine is running: start these tests with `npm run test:zfs`.')
  }
  const config = readFileSync(join(directory, 'ssh_config'), 'utf8')
  const port = (san: San): number => Number(new RegExp(`Host ${san}\\n(?:.*\\n)*?\\s+Port (\\d+)`).exec(config)?.[1])
  return { directory, ports: { hqs8: port('hqs8'), hqs10: port('hqs10'), hqs1: port('hqs1'), hqs7: port('hqs7') } }
}

/** Runs a shell script as root on the machine (all four SANs share it). @throws with its output when it fails */
export async function root(lab: Lab, script: string): Promise<string> {
  const { code, out, err } = await tryRoot(lab, script)
  if (code !== 0) throw new Error(`The lab answered ${code} to:\n${script}\n${out}${err}`)
  return out
}

export async function tryRoot(lab: Lab, script: string): Promise<{ code: number; out: string; err: string }> {
  const mux = ['-o', 'ControlMaster=auto', '-o', `ControlPath=/tmp/zwlab-${process.pid}`, '-o', 'ControlPersist=60']
  const child = Bun.spawn(['ssh', '-F', join(lab.directory, 'ssh_config'), ...mux, 'hqs8', 'sh -es'], {
    stdin: new Blob([script]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, out, err }
}

/** Guids of a dataset's snapshots by name, in the order of their making. */
export async function guids(lab: Lab, dataset: string): Promise<Readonly<Record<string, string>>> {
  const out = await root(lab, `zfs list -Hp -t snapshot -d 1 -s createtxg -o name,guid '${dataset}'`)
  return Object.fromEntries(
    out
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(line.indexOf('@') + 1, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)]),
  )
}

/**
 * Everything on the machine, for "nothing has changed". Of a pool's root only name and guid: its `used` holds the pool's
 * own bookkeeping, which moves by some kilobytes whenever a transaction group closes.
 */
export async function everything(lab: Lab): Promise<string> {
  const listing = await root(lab, 'zfs list -Hp -t all -o name,guid,used')
  return listing
    .split('\n')
    .map((row) => (/^[^/@#\t]+\t/.test(row) ? row.split('\t').slice(0, 2).join('\t') : row))
    .join('\n')
}

/** Rights of ZFS.md and nothing else: append-only on the backups, no destroy anywhere. */
export async function delegate(lab: Lab): Promise<void> {
  await root(
    lab,
    `for p in hqs8p1 hqs10p1; do zfs unallow -u zfsadmin $p 2>/dev/null || true; zfs allow -u zfsadmin send,hold,bookmark $p; done
     for p in hqs1p1 hqs7p1; do zfs unallow -u zfsadmin $p 2>/dev/null || true; zfs allow -u zfsadmin receive:append,create,mount,rename,hold,clone,promote,readonly,canmount,userprop $p; done`,
  )
}

/** A dataset on the first primary with snapshots s1…sn of `mib` MiB each. */
export async function makePrimary(lab: Lab, dataset: string, snapshots: number, mib = 1): Promise<void> {
  const pool = dataset.split('/')[0]
  await root(
    lab,
    `zfs create -p ${dataset}
     for i in $(seq 1 ${snapshots}); do dd if=/dev/urandom of=/pools/${dataset}/f$i bs=1M count=${mib} 2>/dev/null; zpool sync ${pool}; zfs snapshot ${dataset}@s$i; done`,
  )
}

/** Copies a dataset's snapshots up to `upTo` by hand, as a replicator before us would have. */
export async function copyTo(lab: Lab, primary: string, backup: string, upTo: string): Promise<void> {
  await root(
    lab,
    `zfs send -L -c ${primary}@s1 | zfs receive -u -o readonly=on ${backup}; [ ${upTo} = s1 ] || zfs send -L -c -I @s1 ${primary}@${upTo} | zfs receive -u ${backup}`,
  )
}

/** Shell that releases every hold of ours and of the tests below a dataset: only what is held, for each command takes its time. */
export function releaseAll(below: string): string {
  return `zfs list -H -p -r -t snapshot -o name,userrefs ${below} | awk -F'\\t' '$2 > 0 { print $1 }' | while read -r s; do
  for t in zwitness keep; do zfs release $t "$s" 2>/dev/null || true; done
done`
}

export async function remove(lab: Lab, ...datasets: readonly string[]): Promise<void> {
  for (const dataset of datasets) await tryRoot(lab, `zfs destroy -R ${dataset}`)
}

/** Takes a SAN's sshd away, its sessions too. @returns how to bring it back */
export async function takeAway(lab: Lab, san: Exclude<San, 'hqs8'>): Promise<() => Promise<void>> {
  const line = await root(lab, `tr '\\0' ' ' < /proc/$(cat /run/sshd-${san}.pid)/cmdline`)
  const command = line.replace(/^sshd: /, '').replace(/ \[listener\].*$/s, '')
  await root(lab, `p=$(cat /run/sshd-${san}.pid); children=$(pgrep -P $p || true); kill $p $children`)
  return async () => {
    await root(lab, command)
  }
}
