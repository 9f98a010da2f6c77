import type { HostConfig } from '#config/effective.ts'
import type { SwapFacts } from '#lib/replication/types.ts'
import type { BatchOptions, BatchResult, Ssh } from '#lib/ssh/types.ts'
import { getValue, listOwnProperties, parseOwnProperties } from '#lib/zfs/own-properties.ts'

export type SwapProperties = Omit<SwapFacts, 'children'>

const IN_FORCE = ['canmount', 'sharenfs', 'sharesmb'] as const

/**
 * What is set on backup datasets of one host, for the lines that are to take their places: two SSH commands for all of them.
 * One that could not be read in full is left out.
 */
export async function readSwapProperties(
  ssh: Ssh,
  host: HostConfig,
  datasets: readonly string[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, SwapProperties>> {
  const zfs = host.zfsCommand
  const first = await ssh.batch(
    host.id,
    datasets.flatMap((dataset, index) => [
      { id: `own${index}`, argv: listOwnProperties(zfs, dataset) },
      ...IN_FORCE.map((name) => ({ id: `${name}${index}`, argv: getValue(zfs, dataset, name) })),
    ]),
    options,
  )
  const named = datasets.map((dataset, index) => {
    return { dataset, index, names: parseOwnProperties(answer(first, `own${index}`) ?? '?') }
  })
  const values = named.flatMap(({ dataset, index, names }) =>
    (names ?? []).map((name) => ({ id: `${index} ${name}`, argv: getValue(zfs, dataset, name) })),
  )
  const second = values.length === 0 ? null : await ssh.batch(host.id, values, options)
  const found = new Map<string, SwapProperties>()
  for (const { dataset, index, names } of named) {
    const [canmount, ...shares] = IN_FORCE.map((name) => answer(first, `${name}${index}`)?.trimEnd() ?? null)
    const local = (names ?? []).map((name) => ({ name, value: answer(second, `${index} ${name}`) }))
    if (names === null || canmount == null || shares.includes(null)) continue
    if (local.some(({ value }) => value === null)) continue
    found.set(dataset, {
      local: local.map(({ name, value }) => ({ name, value: (value ?? '').replace(/\n$/, '') })),
      canmount: canmount === 'on' || canmount === 'off' || canmount === 'noauto' ? canmount : null,
      shared: shares.some((value) => value !== 'off' && value !== '-'),
    })
  }
  return found
}

function answer(batch: BatchResult | null, id: string): string | null {
  const result = batch?.results.get(id)
  return result?.exitCode === 0 ? result.stdout : null
}
