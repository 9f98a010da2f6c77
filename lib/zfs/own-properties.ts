import { datasetOperand, propertyOperand } from './operand.ts'
import type { Argv, ZfsCommand } from './zfs-command.ts'

/** The names of the properties set on the dataset itself, one a line. Their values are asked for one by one: they can hold anything. */
export function listOwnProperties(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'get', '-Hp', '-s', 'local,received', '-o', 'property', 'all', datasetOperand(dataset)]
}

/** One value and a newline, whatever is in it. A native or user property. */
export function getValue(zfs: ZfsCommand, dataset: string, property: string): Argv {
  propertyOperand(property, '')
  return [...zfs, 'get', '-Hp', '-o', 'value', property, datasetOperand(dataset)]
}

/** Set on one dataset. Each is asked for by itself, so no SAN is let say how many there are. */
export const MOST_PROPERTIES = 500

/** Null where the output is not a list of property names. */
export function parseOwnProperties(stdout: string): readonly string[] | null {
  if (stdout === '') return []
  if (!stdout.endsWith('\n')) return null
  const names = stdout.slice(0, -1).split('\n', MOST_PROPERTIES + 1)
  const isList = names.length <= MOST_PROPERTIES && names.every((name) => /^[a-z0-9_.:-]{1,256}$/.test(name))
  return isList ? names : null
}
