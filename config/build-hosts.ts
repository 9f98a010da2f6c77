import { dirname, isAbsolute, join } from 'node:path'
import { checkSshPath } from '#lib/ssh/config-words.ts'
import { judged } from './build-datasets.ts'
import type { HostConfig } from './effective.ts'
import { HOST_DEFAULTS } from './hosts.ts'
import type { Parts, Report } from './parts.ts'
import { parseOnline } from './windows.ts'

export function buildHosts(parts: Parts, file: string, report: Report): ReadonlyMap<string, HostConfig> {
  const hosts = new Map<string, HostConfig>()
  for (const [id, raw] of parts.hosts) {
    hosts.set(id, {
      id,
      hostname: raw.hostname,
      port: raw.port ?? HOST_DEFAULTS.port,
      sshUser: raw.ssh_user,
      identityFile: raw.identity_file === undefined ? null : besideConfig(raw.identity_file, file),
      zfsCommand: raw.zfs_command ?? HOST_DEFAULTS.zfs_command,
      maxTransfers: raw.max_transfers ?? parts.ssh.max_transfers ?? HOST_DEFAULTS.max_transfers,
      maxHandshakes: raw.max_handshakes ?? parts.ssh.max_handshakes ?? HOST_DEFAULTS.max_handshakes,
      proxyJump: raw.proxy_jump ?? null,
      connectTimeoutSeconds:
        raw.connect_timeout_seconds ?? parts.ssh.connect_timeout_seconds ?? HOST_DEFAULTS.connect_timeout_seconds,
      online: judged(parseOnline(raw.online ?? HOST_DEFAULTS.online)),
    })
    if (raw.zfs_command !== undefined) checkZfsCommand(id, raw.zfs_command, report)
  }
  checkDirectory(file, report)
  checkPins(parts, report)
  checkJumps(parts, report)
  checkUse(parts, report)
  return hosts
}

export function besideConfig(path: string, file: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path)
}

function checkZfsCommand(id: string, words: readonly string[], report: Report): void {
  const path = ['san_hosts', id, 'zfs_command']
  if (words.length === 0) report.fault(path, 'zfs_command is empty; write [zfs], or leave it out.')
  else if (words.length > 8)
    report.fault(path, `zfs_command has ${words.length} words; write only the command, for example [sudo, -n, zfs].`)
  else if (words[0]?.startsWith('-'))
    report.fault(
      path,
      `zfs_command begins with the option ${words[0]}; write the command first, for example [sudo, -n, zfs].`,
    )
  else if (/(^|\/)sudo$/.test(words[0] ?? '') && !words.includes('-n'))
    report.fault(path, 'sudo without -n would wait for a password that nobody types; write [sudo, -n, zfs].')
}

/** Keys and known hosts are beside the file where nothing else is said. A path from a shell's own place is not known here. */
function checkDirectory(file: string, report: Report): void {
  const fault = isAbsolute(file) ? checkSshPath(dirname(file)) : null
  if (fault !== null) report.fault([], `${fault} Move the configuration to such a directory.`)
}

/** Host keys are looked for by our id, and known_hosts has no upper case: both would have the key of one of them. */
function checkPins(parts: Parts, report: Report): void {
  const seen = new Map<string, string>()
  for (const id of parts.hostIds) {
    const other = seen.get(id.toLowerCase())
    if (other === undefined) seen.set(id.toLowerCase(), id)
    else
      report.fault(
        ['san_hosts', id],
        `The hosts ${other} and ${id} differ in upper and lower case only, which known_hosts does not tell apart: both would have one host key. Write another id for one of them.`,
        'key',
      )
  }
}

function checkJumps(parts: Parts, report: Report): void {
  for (const [id, { proxy_jump: first }] of parts.hosts) {
    if (first === undefined) continue
    const path = ['san_hosts', id, 'proxy_jump']
    if (!parts.hostIds.has(first)) {
      report.fault(
        path,
        `There is no host ${first} under san_hosts; add it, or write one of ${[...parts.hostIds].filter((other) => other !== id).join(', ') || 'them'}.`,
      )
      continue
    }
    const way = [id]
    let at: string | undefined = first
    while (at !== undefined && !way.includes(at)) {
      way.push(at)
      at = parts.hosts.get(at)?.proxy_jump
    }
    // A cycle is reported once at each host that is on it, not at hosts that only lead into it.
    if (at === id)
      report.fault(path, `proxy_jump goes round in a circle (${[...way, id].join(' → ')}); take one of them out.`)
  }
}

function checkUse(parts: Parts, report: Report): void {
  const used = new Set<string>()
  for (const { pair } of parts.pairs) used.add(pair.primary).add(pair.backup)
  for (const host of parts.hosts.values()) if (host.proxy_jump !== undefined) used.add(host.proxy_jump)
  for (const id of parts.hosts.keys())
    if (!used.has(id))
      report.warn(['san_hosts', id], `No pair uses the host ${id}; it is not looked at. Add a pair, or take it out.`)
}
