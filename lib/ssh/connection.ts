import type { SshSettings } from './types.ts'

/** The arguments of ssh. `--` ends the options: nothing that follows can become one. */
export const sshArguments = (
  settings: SshSettings,
  host: string,
  script: string,
  socket: string | null = null,
): string[] => ['-F', settings.configFile, '-T', ...(socket === null ? [] : ['-S', socket]), '--', host, script]
