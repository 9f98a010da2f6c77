import { createSsh } from '#lib/ssh/index.ts'
import type { TransferOutcome } from '#lib/ssh/types.ts'
import { sshSettings } from '#lib/ssh-settings.ts'
import { cpuSeconds, type Measure, median, spreadOf } from '../measure.ts'
import { openWorld, type World } from '../world.ts'

const MIB = 1024 * 1024
const SIZE = 512
const PAIRS = 5

/** Bytes through our pipe with live progress, beside the same two ssh typed in a shell; alternating, the median of the pairs. */
export const transferring: Measure = {
  name: 'transferring',
  async run() {
    const world = await openWorld(1, 1)
    const directories = {
      config: `${world.directory}/config`,
      data: `${world.directory}/data`,
      logs: `${world.directory}/logs`,
    }
    const ssh = createSsh(await sshSettings(world.app.services.config, directories, `${world.directory}/m`))
    try {
      // The first use writes the ssh_config that the shell takes too, and warms both sides up.
      await ssh.batch('p', [{ id: 'warm', argv: ['true'] }])
      const ratios: number[] = []
      const ours: number[] = []
      let cpu = 0
      for (let pair = 0; pair < PAIRS; pair++) {
        const shell = byShell(world)
        const before = process.cpuUsage()
        const outcome = await ssh.transfer({
          source: { host: 'p', argv: ['head', '-c', String(SIZE * MIB), '/dev/zero'] },
          sink: { host: 'b', argv: ['sh', '-c', 'cat > /dev/null'] },
          bandwidthLimit: null,
          stallMs: 60_000,
          onProgress: () => {},
        })
        cpu += cpuSeconds(before)
        ours.push(rate(outcome))
        ratios.push(rate(outcome) / shell)
      }
      return [
        {
          what: `throughput of a transfer of ${SIZE} MiB`,
          value: median(ratios),
          spread: spreadOf(ratios),
          unit: 'ratio',
          against: `ssh p … | ssh b … in a shell; ours ${median(ours).toFixed(0)} MB/s`,
          goal: { atLeast: 0.98 },
        },
        {
          what: 'own CPU of the service',
          value: cpu / ((PAIRS * SIZE) / 1024),
          unit: 'cpu s/GiB',
          against: 'the ssh clients are processes of their own',
          goal: { atMost: 0.05 },
        },
      ]
    } finally {
      await ssh.close()
      await world.close()
    }
  },
}

function rate(outcome: TransferOutcome): number {
  if (outcome.ended !== 'completed')
    throw new Error(`The transfer ${outcome.ended}: ${outcome.sink.stderr}${outcome.source.stderr}`)
  return outcome.bytes / 1e6 / (outcome.durationMs / 1000)
}

/** MB/s of the same bytes through the same ssh configuration, joined by a shell. */
function byShell(world: World): number {
  const script = `ssh -F "$1" -S none p "head -c ${SIZE * MIB} /dev/zero" | ssh -F "$1" -S none b "cat > /dev/null"`
  const began = performance.now()
  const done = Bun.spawnSync(['sh', '-c', script, 'sh', world.sshConfig])
  if (done.exitCode !== 0) throw new Error(`The shell's transfer failed: ${done.stderr}`)
  return (SIZE * MIB) / 1e6 / ((performance.now() - began) / 1000)
}
