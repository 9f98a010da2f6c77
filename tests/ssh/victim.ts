/** A whole client process, to be killed. Settings come as JSON in the first argument. */
import { createSsh } from '#lib/ssh/ssh.ts'

const ssh = createSsh(JSON.parse(process.argv[2] ?? '{}'))
await ssh.batch('alpha', [{ id: 'a', argv: ['true'] }])
process.stdout.write('running\n')
const hang = ssh.batch('alpha', [{ id: 'a', argv: ['sh', '-c', 'sleep 8833.1; sleep 8833.1'] }])
const flow = ssh.transfer({
  source: { host: 'alpha', argv: ['sh', '-c', 'head -c 5000000 /dev/zero; sleep 8833.2'] },
  sink: { host: 'beta', argv: ['sh', '-c', `cat >/dev/null; echo saved >${process.argv[3]}`] },
  bandwidthLimit: 2_000_000,
  stallMs: 60_000,
})
await Promise.all([hang, flow])
