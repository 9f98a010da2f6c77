import type { Command } from '../command.ts'
import { ack } from './ack.ts'
import { adopt } from './adopt.ts'
import { anchors } from './anchors.ts'
import { audit } from './audit.ts'
import { auditAccept } from './audit-accept.ts'
import { auditVerify } from './audit-verify.ts'
import { canDestroy } from './can-destroy.ts'
import { cancel } from './cancel.ts'
import { check } from './check.ts'
import { configCheck } from './config-check.ts'
import { configReload } from './config-reload.ts'
import { configSchema } from './config-schema.ts'
import { configShow } from './config-show.ts'
import { datasets } from './datasets.ts'
import { demo } from './demo.ts'
import { discover } from './discover.ts'
import { doctor } from './doctor.ts'
import { explain } from './explain.ts'
import { fnList } from './fn-list.ts'
import { fnRun } from './fn-run.ts'
import { healthz } from './healthz.ts'
import { helpCommand } from './help.ts'
import { keysInit } from './keys-init.ts'
import { keysShow } from './keys-show.ts'
import { knownHostsAccept } from './known-hosts-accept.ts'
import { knownHostsScan } from './known-hosts-scan.ts'
import { logs } from './logs.ts'
import { openapi } from './openapi.ts'
import { pause } from './pause.ts'
import { preview } from './preview.ts'
import { repair } from './repair.ts'
import { resume } from './resume.ts'
import { run } from './run.ts'
import { runs } from './runs.ts'
import { serve } from './serve.ts'
import { setAsides } from './set-asides.ts'
import { show } from './show.ts'
import { status } from './status.ts'
import { tokenCreate } from './token-create.ts'
import { tokenList } from './token-list.ts'
import { tokenRevoke } from './token-revoke.ts'
import { userAdd } from './user-add.ts'
import { userHash } from './user-hash.ts'
import { userList } from './user-list.ts'
import { userPasswd } from './user-passwd.ts'
import { userRemove } from './user-remove.ts'
import { userRole } from './user-role.ts'
import { verify } from './verify.ts'
import { version } from './version.ts'

/** In the order of `zwitness help`: looking, acting, setting up, running. */
export const COMMANDS: readonly Command[] = [
  status,
  datasets,
  show,
  explain,
  check,
  preview,
  repair,
  adopt,
  run,
  cancel,
  runs,
  logs,
  pause,
  resume,
  ack,
  verify,
  doctor,
  discover,
  setAsides,
  anchors,
  canDestroy,
  fnList,
  fnRun,
  audit,
  auditVerify,
  auditAccept,
  configCheck,
  configShow,
  configSchema,
  configReload,
  keysInit,
  keysShow,
  knownHostsScan,
  knownHostsAccept,
  userList,
  userAdd,
  userPasswd,
  userRole,
  userRemove,
  userHash,
  tokenCreate,
  tokenList,
  tokenRevoke,
  serve,
  demo,
  healthz,
  version,
  openapi,
  helpCommand(() => COMMANDS),
]
