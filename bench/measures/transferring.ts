import type { SshClient } from '#lib/ssh/ssh.ts'
import { witnessSsh } from '../beds/witness-ssh.ts'
import type { World } from '../beds/world.ts'
import { type Measure, median, spreadOf } from '../measure.ts'

const MIB = 1024 * 1024

export const transferring: Measure = {
  name: 'transferring',
  about:
    'The same zeros through `ssh p … | ssh b …` typed in a shell and through the pipe of the service with its progress, ' +
    'over the same sshds with the same key and ciphers, alternating; the figure is the median of the ratios of the pairs. ' +
    'CPU is that of this process, which does what the service does, beside the two ssh clients of the shell.',
  async run({ quick, worlds }) {
    const size = quick ? 64 : 512
    const pairs = quick ? 3 : 9
    const world = await worlds.get({ datasets: 1, snapshots: 1 })
    const ssh = await witnessSsh(world)
    try {
      await ours(ssh, 16)
      await byShell(world, 16)
      const ratios: number[] = []
      const rates: number[] = []
      let own = 0
      let clients = 0
      for (let pair = 0; pair < pairs; pair++) {
        const shellFirst = pair % 2 === 0
        const before = shellFirst ? await byShell(world, size) : null
        const mine = await ours(ssh, size)
        const shell = before ?? (await byShell(world, size))
        own += mine.cpu
        clients += shell.cpu
        rates.push(mine.rate)
        ratios.push(mine.rate / shell.rate)
      }
      const gib = (pairs * size) / 1024
      return [
        {
          what: `throughput of a transfer of ${size} MiB, median of ${pairs} pairs`,
          value: median(ratios),
          spread: spreadOf(ratios),
          unit: 'ratio',
          against: `ssh p … | ssh b … in a shell; ours ${median(rates).toFixed(0)} MB/s`,
          goal: { atLeast: 0.98 },
          ifMissed:
            'Two ssh handshakes are in every transfer of ours and of the shell; what is left over is noise where the spread holds 1, else the pipe should be looked at.',
        },
        {
          what: 'own CPU of the service for each GiB',
          value: own / gib,
          unit: 'cpu s/GiB',
          against: `the two ssh clients of the shell: ${(clients / gib).toFixed(2)} cpu s/GiB`,
          goal: { atMost: 0.05 },
          ifMissed:
            'Starting two clients and reading their progress is all that we do; longer transfers cost less for each GiB.',
        },
      ]
    } finally {
      await ssh.close()
    }
  },
}

interface Moved {
  /** MB/s. */
  readonly rate: number
  /** CPU seconds: of this process, or of the shell and its clients. */
  readonly cpu: number
}

async function ours(ssh: SshClient, size: number): Promise<Moved> {
  const before = process.cpuUsage()
  const began = performance.now()
  const outcome = await ssh.transfer({
    source: { host: 'p', argv: ['head', '-c', String(size * MIB), '/dev/zero'] },
    sink: { host: 'b', argv: ['sh', '-c', 'cat > /dev/null'] },
    bandwidthLimit: null,
    stallMs: 60_000,
    onProgress: () => {},
  })
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(before)
  if (outcome.ended !== 'completed')
    throw new Error(`The transfer ${outcome.ended}: ${outcome.sink.stderr}${outcome.source.stderr}`)
  return { rate: outcome.bytes / 1e6 / seconds, cpu: (user + system) / 1e6 }
}

async function byShell({ sshConfig }: World, size: number): Promise<Moved> {
  const script = `ssh -F "$1" p "head -c ${size * MIB} /dev/zero" | ssh -F "$1" b "cat > /dev/null"`
  const began = performance.now()
  const child = Bun.spawn(['sh', '-c', script, 'sh', sshConfig], { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
  const complaint = await new Response(child.stderr).text()
  if ((await child.exited) !== 0) throw new Error(`The shell's transfer failed: ${complaint}`)
  const seconds = (performance.now() - began) / 1000
  // Those that it waited for are in it.
  const cpu = Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1e6
  return { rate: (size * MIB) / 1e6 / seconds, cpu }
}
