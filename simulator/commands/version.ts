import { type Command, say } from '../state/environment.ts'

/** The release whose behaviour was recorded. */
const release = '2.3.9-0+deb13u1'

/** `zfs version`, `zpool version`. */
export const version: Command = (context) => {
  say(context, `zfs-${release}`)
  say(context, `zfs-kmod-${release}`)
  return 0
}
