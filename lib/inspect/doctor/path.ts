import type { Ssh, TransferOutcome } from '#lib/ssh/types.ts'
import { bytesText } from '#lib/text/words.ts'
import { bad, type Found, fine, warn } from './types.ts'

const MIB = 1024 * 1024
/** What POSIX `cksum` says of 1 MiB of zeros: one byte more or less, or another, and it says something else. */
const ONE_MIB_OF_ZEROS = '3018728591 1048576'
const STALL_MS = 30_000
const THROUGHPUT_MIB = 64

/** Do bytes flow primary → witness → backup, unchanged? One MiB of zeros; no ZFS is involved and nothing is written. */
export async function checkPath(ssh: Ssh, primary: string, backup: string, signal?: AbortSignal): Promise<Found> {
  const outcome = await ssh.transfer({
    source: { host: primary, argv: zeros(1) },
    // The only way back is stderr.
    sink: { host: backup, argv: ['sh', '-c', 'cksum >&2'] },
    bandwidthLimit: null,
    stallMs: STALL_MS,
    signal,
  })
  if (outcome.ended !== 'completed') return broken(outcome, primary, backup)
  if (!outcome.sink.stderr.includes(ONE_MIB_OF_ZEROS))
    return bad(
      `Bytes from ${primary} do not reach ${backup} unchanged: of 1 MiB of zeros it says ${JSON.stringify(outcome.sink.stderr.trim().slice(0, 80))}.`,
      `Look at what the logins of ${primary} and ${backup} print or run besides the command.`,
    )
  return fine(`Bytes flow ${primary} → witness → ${backup} unchanged.`)
}

/** How fast zeros come through both connections: what ssh, the network and this machine can do, whatever the disks do. */
export async function checkThroughput(ssh: Ssh, primary: string, backup: string, signal?: AbortSignal): Promise<Found> {
  const outcome = await ssh.transfer({
    source: { host: primary, argv: zeros(THROUGHPUT_MIB) },
    sink: { host: backup, argv: ['sh', '-c', 'cat >/dev/null'] },
    bandwidthLimit: null,
    stallMs: STALL_MS,
    signal,
  })
  if (outcome.ended !== 'completed') return broken(outcome, primary, backup)
  const seconds = outcome.durationMs / 1000
  const rate = (THROUGHPUT_MIB * MIB) / Math.max(0.001, seconds)
  const text = `${THROUGHPUT_MIB} MiB of zeros ${primary} → witness → ${backup} took ${seconds.toFixed(1)} s, both logins included: ${bytesText(rate)}/s.`
  if (rate >= 10 * MIB) return fine(text)
  return warn(
    text,
    'Slower than a 100 Mbit/s line: look at the network, the ciphers (ssh.ciphers) and the load of all three machines.',
  )
}

const zeros = (mib: number): readonly string[] => ['dd', 'if=/dev/zero', 'bs=65536', `count=${mib * 16}`]

function broken(outcome: TransferOutcome, primary: string, backup: string): Found {
  const faults = [outcome.sink.fault, outcome.source.fault].filter((fault) => fault !== null)
  const why = faults[0]?.message ?? `it was ${outcome.ended}.`
  return bad(
    `Bytes do not flow ${primary} → witness → ${backup}: ${why}`,
    'A forced command in authorized_keys must let sh, dd and cksum through for this check, and zfs for replication.',
  )
}
