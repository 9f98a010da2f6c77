/**
 * Takes the place of the ssh client where no sshd can be had: `ssh-stand-in.ts TABLE -F FILE … -- HOST COMMAND`. It runs the
 * command here, with the surroundings that the table has for the host. Nothing is encrypted, no key is checked.
 */
import { readFileSync } from 'node:fs'
import type { StandInHosts } from './stand-in.ts'

const [table = '', ...args] = process.argv.slice(2)
const [alias = '', command = ''] = args.slice(args.indexOf('--') + 1)
const hosts: StandInHosts = JSON.parse(readFileSync(table, 'utf8'))
const host = hosts[alias]

if (!args.includes('--') || command === '') {
  console.error('The stand-in for ssh understands only: -F FILE [options] -- HOST COMMAND')
  process.exitCode = 255
} else if (host === undefined || 'refusal' in host) {
  console.error(host?.refusal ?? `ssh: Could not resolve hostname ${alias}: Name or service not known`)
  process.exitCode = 255
} else {
  // A session of its own: the command may signal its whole process group, as it may behind an sshd.
  const child = Bun.spawn(['sh', '-c', command], {
    env: { HOME: '/', LANG: 'C', ...host.environment },
    stdin: 'inherit',
    stdout: 'inherit',
    stderr: 'inherit',
    detached: true,
  })
  const hangUp = (): void => {
    try {
      process.kill(-child.pid, 'SIGHUP')
    } catch {
      // It has ended meanwhile.
    }
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      hangUp()
      process.exitCode = 255
    })
  }
  const code = await child.exited
  process.exitCode ??= child.signalCode === null ? code : 255
}
