import { environmentVariable } from '#lib/host/environment.ts'

/**
 * All that a child of ours gets from our own environment. Nothing else is handed on: SSH_AUTH_SOCK, SSH_ASKPASS, LD_* or
 * a translated message text would change what a command does or says.
 */
export function childEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: environmentVariable('PATH') ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: environmentVariable('HOME') ?? '/',
    LANG: 'C',
    LC_ALL: 'C',
    ...extra,
  }
}
