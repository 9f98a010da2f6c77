/** Every command of ZFS that this product can run, in one place: what is not here cannot be sent to a SAN. */
export { diffSince } from './directory-changes.ts'
export * from './read-commands.ts'
export * from './send-command.ts'
export * from './witness-mark.ts'
export * from './write-commands.ts'
export type { Argv, ZfsCommand } from './zfs-command.ts'
