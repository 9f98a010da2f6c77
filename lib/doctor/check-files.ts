import { bad, fine, warn } from './found.ts'
import type { OpenFile } from './open-files.ts'
import type { Found } from './types.ts'

/** What others on this machine could read or change, a finding each. */
export function checkFiles(open: readonly OpenFile[]): readonly Found[] {
  if (open.length === 0)
    return [fine('Nobody else can read the private keys, or write the configuration, the data and the known hosts.')]
  return open.map(({ message, cure, command, refused }) =>
    (refused ? bad : warn)(message, cure, [{ host: null, command }]),
  )
}
