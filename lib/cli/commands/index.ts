import type { Command } from '../command.ts'
import { helpCommand } from '../help.ts'
import { adopt } from './adopt.ts'
import { audit, auditAccept, auditVerify } from './audit.ts'
import { backup, restore } from './backup.ts'
import { anchors, canDestroy } from './chain.ts'
import { completion } from './completion.ts'
import { configCheck, configReload, configSchema, configShow } from './config.ts'
import { ack, pause, resume } from './control.ts'
import { fnList, fnRun } from './functions.ts'
import { history } from './history.ts'
import { incidentAck, incidents } from './incidents.ts'
import { discover, doctor, verify } from './inspect.ts'
import { keysInit, keysShow } from './keys.ts'
import { knownHostsAccept, knownHostsScan } from './known-hosts.ts'
import { logs } from './logs.ts'
import { datasets, explain, show, status } from './look.ts'
import { maintenance, maintenanceEnd } from './maintenance.ts'
import { monitor } from './monitor.ts'
import { notifyList, notifyTest } from './notify.ts'
import { preview, repair } from './repair.ts'
import { report } from './report.ts'
import { cancel, check, run, runs } from './runs.ts'
import { demo, healthz, openapi, serve, version } from './service.ts'
import { setAsides } from './set-asides.ts'
import { supportBundle } from './support-bundle.ts'
import { tokenCreate, tokenList, tokenRevoke } from './tokens.ts'
import { userAdd, userHash, userList, userPasswd, userRemove, userRole } from './users.ts'

/** In the order of `zwitness help`: looking, acting, setting up, running. */
export const COMMANDS: readonly Command[] = [
  status,
  datasets,
  show,
  explain,
  monitor,
  check,
  preview,
  repair,
  adopt,
  run,
  cancel,
  runs,
  history,
  report,
  logs,
  incidents,
  incidentAck,
  pause,
  resume,
  ack,
  maintenance,
  maintenanceEnd,
  verify,
  doctor,
  discover,
  setAsides,
  anchors,
  canDestroy,
  notifyList,
  notifyTest,
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
  backup,
  restore,
  supportBundle,
  serve,
  demo,
  healthz,
  version,
  openapi,
  completion,
  helpCommand(() => COMMANDS),
]
