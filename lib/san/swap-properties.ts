import type { HostConfig } from '#config/effective.ts'
import type { SwapFacts } from '#lib/replication/types.ts'
import type { BatchOptions, Ssh } from '#lib/ssh/types.ts'
import { getValue, listOwnProperties, parseOwnProperties } from '#lib/zfs/own-properties.ts'

export type SwapProperties = Omit<SwapFacts, 'children'>

/** What is set on one backup dataset, for the line that is to take its place. Null where it could not be read in full. */
export async function readSwapProperties(
  ssh: Ssh,
  host: HostConfig,
  dataset: string,
  options: BatchOptions,
): Promise<SwapProperties | null> {
  const zfs = host.zfsCommand
  const inForce = ['canmount', 'sharenfs', 'sharesmb'] as const
  const first = await ssh.batch(
    host.id,
    [
      { id: 'own', argv: listOwnProperties(zfs, dataset) },
      ...inForce.map((name) => ({ id: name, argv: getValue(zfs, dataset, name) })),
    ],
    options,
  )
  const names = parseOwnProperties(answer(first.results.get('own')) ?? '?')
  const [canmount, ...shares] = inForce.map((name) => answer(first.results.get(name))?.trimEnd() ?? null)
  if (names === null || canmount == null || shares.includes(null)) return null
  const local = await readValues(ssh, host, dataset, names, options)
  if (local === null) return null
  return {
    local,
    canmount: canmount === 'on' || canmount === 'off' || canmount === 'noauto' ? canmount : null,
    shared: shares.some((value) => value !== 'off' && value !== '-'),
  }
}

async function readValues(
  ssh: Ssh,
  host: HostConfig,
  dataset: string,
  names: readonly string[],
  options: BatchOptions,
): Promise<SwapProperties['local'] | null> {
  if (names.length === 0) return []
  const commands = names.map((name) => ({ id: name, argv: getValue(host.zfsCommand, dataset, name) }))
  const batch = await ssh.batch(host.id, commands, options)
  const local: { name: string; value: string }[] = []
  for (const name of names) {
    const value = answer(batch.results.get(name))
    if (value === null) return null
    local.push({ name, value: value.replace(/\n$/, '') })
  }
  return local
}

function answer(result: { readonly exitCode: number; readonly stdout: string } | undefined): string | null {
  return result?.exitCode === 0 ? result.stdout : null
}
