import type { HostConfig } from '#config/effective.ts'
import type { SwapFacts } from '#lib/replication/types/inventory.ts'
import type { BatchOptions, BatchResult, Ssh } from '#lib/ssh/types.ts'
import { getValue, listPropertyNames, parseProperties, parsePropertyNames } from '#lib/zfs/answers.ts'
import { listNamesBelow, longestBelow } from '#lib/zfs/dataset-listing.ts'
import { isPropertyOperand } from '#lib/zfs/operand.ts'
import { getProperties } from '#lib/zfs/read-commands.ts'
import { WITNESS_MARK } from '#lib/zfs/witness-mark.ts'

/** Characters of all values set on one dataset. */
const MOST_VALUES = 64 * 1024
/** Bytes: a million names. They are read for the longest alone. */
const MOST_NAMES = 64 * 1024 * 1024

export type SwapProperties = Omit<SwapFacts, 'children'>

/** In force, wherever they come from. */
const IN_FORCE = ['canmount', 'sharenfs', 'sharesmb', 'logicalreferenced'] as const
/** Set by the plan itself, so their values need not be known. */
const NOT_ASKED: ReadonlySet<string> = new Set(['readonly', 'canmount', WITNESS_MARK])

/**
 * What is set on backup datasets of one host, for the lines that are to take their places, and where they have children
 * (`below`) the longest name of all that moves with them: two SSH commands for all of them.
 * One that could not be read in full is left out.
 */
export async function readSwapProperties(
  ssh: Ssh,
  host: HostConfig,
  asks: readonly { readonly dataset: string; readonly below?: boolean }[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, SwapProperties>> {
  const zfs = host.zfsCommand
  const datasets = asks.map(({ dataset }) => dataset)
  const first = await ssh.batch(
    host.id,
    asks.flatMap(({ dataset, below }, index) => [
      { id: `own${index}`, argv: listPropertyNames(zfs, dataset) },
      { id: `force${index}`, argv: getProperties(zfs, dataset, IN_FORCE) },
      ...(below === true ? [{ id: `below${index}`, argv: listNamesBelow(zfs, dataset), maxBytes: MOST_NAMES }] : []),
    ]),
    options,
  )
  const named = datasets.map((dataset, index) => {
    const names = parsePropertyNames(answer(first, `own${index}`) ?? '?')
    return { dataset, index, names: names?.filter((name) => !NOT_ASKED.has(name)) ?? null }
  })
  const values = named.flatMap(({ dataset, index, names }) =>
    (names ?? [])
      .filter(isPropertyOperand)
      .map((name) => ({ id: `${index} ${name}`, argv: getValue(zfs, dataset, name) })),
  )
  const second = values.length === 0 ? null : await ssh.batch(host.id, values, options)
  const found = new Map<string, SwapProperties>()
  for (const { dataset, index, names } of named) {
    const force = parseProperties(answer(first, `force${index}`) ?? '', IN_FORCE)
    // One that no command can name is carried over nowhere, so its value need not be known.
    const told = (name: string) => (isPropertyOperand(name) ? answer(second, `${index} ${name}`) : '')
    const local = (names ?? []).map((name) => ({ name, value: told(name) }))
    if (names === null || force.fault !== null || local.some(({ value }) => value === null)) continue
    // They go into a plan and onto a command line, which takes no more.
    if (local.reduce((sum, { value }) => sum + (value?.length ?? 0), 0) > MOST_VALUES) continue
    const longest =
      asks[index]?.below === true ? longestBelow(answer(first, `below${index}`) ?? '', dataset) : undefined
    if (longest === null) continue
    const inForce = (name: string) => force.properties.get(name)?.value ?? '-'
    const canmount = inForce('canmount')
    found.set(dataset, {
      ...(longest === undefined ? {} : { longestBelow: longest }),
      local: local.map(({ name, value }) => ({ name, value: (value ?? '').replace(/\n$/, '') })),
      canmount: canmount === 'on' || canmount === 'off' || canmount === 'noauto' ? canmount : null,
      logicalBytes: /^\d{1,15}$/.test(inForce('logicalreferenced')) ? Number(inForce('logicalreferenced')) : null,
      shared: ['sharenfs', 'sharesmb'].some((name) => !['off', '-'].includes(inForce(name))),
    })
  }
  return found
}

function answer(batch: BatchResult | null, id: string): string | null {
  const result = batch?.results.get(id)
  return result?.exitCode === 0 ? result.stdout : null
}
