import { emptyMemory } from '../memory.ts'
import { backupSide, lines, MAPPING, NOW, type planned, taken } from './world.ts'

/** What the tests of set-asides have in common: three snapshots, the names of one moment, and how a plan is read. */

export const a = taken('a', 50)
export const b = taken('b', 40)
export const own = taken('own', 5)
export const B = MAPPING.backup.dataset
export const P = MAPPING.primary.dataset
const T = '20261122T120000Z'
export const aside = `${B}.zw-aside-${T}`
export const next = `${B}.zw-next-${T}`
export const incoming = `${B}.zw-incoming-${T}`
/** Without bookmarks, the last look, and how zfs is called on the backup. */
export const commands = (made: ReturnType<typeof planned>): readonly string[] =>
  lines(made)
    .filter((line) => line !== 'verify' && !line.startsWith('zfs bookmark'))
    .map((line) => line.replaceAll('sudo -n zfs', 'zfs'))
export const proven = { ...emptyMemory(), common: { guid: a.guid, at: NOW - 1, backupGuid: backupSide([]).facts.guid } }
