import { allow, unallow } from './commands/allow.ts'
import { bookmark } from './commands/bookmark.ts'
import { clone } from './commands/clone.ts'
import { create } from './commands/create.ts'
import { destroy } from './commands/destroy.ts'
import { get } from './commands/get.ts'
import { hold, holds, release } from './commands/holds.ts'
import { changeKey, loadKey, unloadKey } from './commands/keys.ts'
import { list } from './commands/list.ts'
import { mount, unmount } from './commands/mount.ts'
import { promote } from './commands/promote.ts'
import { receiveWith } from './commands/receive.ts'
import { rename } from './commands/rename.ts'
import { rollback } from './commands/rollback.ts'
import { sendWith } from './commands/send.ts'
import { inherit, set } from './commands/set.ts'
import { snapshot } from './commands/snapshot.ts'
import { version } from './commands/version.ts'
import type { Misbehaviour } from './misbehave/rules.ts'
import { getPools } from './pools/get.ts'
import { listPools } from './pools/list.ts'
import { statusPools } from './pools/status.ts'
import type { Command } from './state/environment.ts'

/** The commands of a tool by name; `rules` are what goes wrong with this one. */
export function commandsOf(tool: 'zfs' | 'zpool', rules: readonly Misbehaviour[]): Readonly<Record<string, Command>> {
  if (tool === 'zpool') {
    return { list: listPools, status: statusPools, get: getPools, version, '--version': version, '-V': version }
  }
  const send = sendWith(rules)
  const receive = receiveWith(rules)
  return {
    allow,
    bookmark,
    clone,
    create,
    destroy,
    get,
    hold,
    holds,
    inherit,
    list,
    mount,
    promote,
    receive,
    release,
    rename,
    rollback,
    send,
    set,
    snapshot,
    unallow,
    unmount,
    version,
    'change-key': changeKey,
    'load-key': loadKey,
    'unload-key': unloadKey,
    recv: receive,
    snap: snapshot,
    umount: unmount,
    '--version': version,
    '-V': version,
  }
}
