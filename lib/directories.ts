import { resolve } from 'node:path'
import { environmentVariable } from '#lib/host/environment.ts'

/** Where the service finds and keeps its things; the image mounts volumes there. */
export interface Directories {
  readonly config: string
  readonly data: string
  readonly logs: string
}

/** Whole paths: ssh takes no others. */
export function directories(given: Partial<Directories> = {}): Directories {
  return {
    config: resolve(given.config ?? environmentVariable('ZWITNESS_CONFIG_DIR') ?? '/config'),
    data: resolve(given.data ?? environmentVariable('ZWITNESS_DATA_DIR') ?? '/data'),
    logs: resolve(given.logs ?? environmentVariable('ZWITNESS_LOG_DIR') ?? '/logs'),
  }
}

/** The socket through which the command line speaks to the service. */
export const socketPath = (directories: Pick<Directories, 'data'>): string => `${directories.data}/zwitness.sock`
