import type { Problem } from './chapters.ts'
import list from './still-to-do.json'

/** What was wrong when a rule came, by rule; it may only become less. */
export type StillToDo = Readonly<Record<string, readonly string[]>>

export const STILL_TO_DO: StillToDo = list

/**
 * Is the list exact? Then an entry that is no longer wrong fails too. Until then it goes with what is moved: an entry
 * counts wherever its file, or the name that it exports, is now.
 */
export const LIST_IS_EXACT = true

/** The problems that are not on the list, and then, if it is exact, the entries that are no longer problems. */
export function notOnTheList(problems: readonly Problem[], list: StillToDo, exact: boolean): readonly string[] {
  const place = (where: string): string => (exact ? where : whatMoves(where))
  const isListed = ({ rule, where }: Problem): boolean =>
    list[rule]?.some((listed) => place(listed) === place(where)) === true
  const news = problems.filter((each) => !isListed(each)).map(({ rule, where, says }) => `${where}: ${says} (${rule})`)
  if (!exact) return news
  const isStale = (rule: string, where: string): boolean =>
    !problems.some((each) => each.rule === rule && each.where === where)
  const stale = Object.entries(list).flatMap(([rule, places]) => places.filter((where) => isStale(rule, where)))
  return [...news, ...stale.map((where) => `${where} is right by now: take it off tests/boundaries/still-to-do.json`)]
}

/** `name` of `path#name`, else the names of the files. */
const whatMoves = (where: string): string => where.split('#')[1] ?? where.replace(/[^ ]*\/(?=[^ /])/g, '')
