/*
 * What a hostile SAN does, in words that mean the same in every version of the product: the name of each lie and the seed of
 * its details. The code of a script is JSON; `npm run hostile -- --script FILE` plays one.
 */

/** As what it lies: about the datasets that are backups on it, about those that are primaries, or about all. */
export type Role = 'backup' | 'primary' | 'both'

/** One thing that it does in a look; the number is the seed of where and how. */
export interface Deed {
  readonly deed: string
  readonly seed: number
}

export interface LookScript {
  readonly role: Role
  readonly deeds: readonly Deed[]
}

export interface Script {
  readonly seed: number
  /** The seed of the world, and of what the honest do in it: several scripts share one, and its honest twin. */
  readonly world: number
  readonly looks: readonly LookScript[]
}

export const scriptText = (script: Script): string => JSON.stringify(script)

/** Looks of one world: what was done in one is there in the next. */
export const LOOKS_A_SCRIPT = 20
