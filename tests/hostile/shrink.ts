import { leaveOut } from '#tests/soak/leave-out.ts'
import { play } from './play.ts'
import type { Deed, Script } from './script.ts'

/** Leaves out deeds that are not needed to break the same thing first; a look without one stays, for time and the honest go on. */
export async function shrink(script: Script, kind: string, tries = 60): Promise<Script> {
  const all = script.looks.flatMap((look, at) => look.deeds.map((deed) => ({ at, deed })))
  const scriptOf = (deeds: readonly { readonly at: number; readonly deed: Deed }[]): Script => ({
    ...script,
    looks: script.looks.map(({ role }, at) => ({
      role,
      deeds: deeds.flatMap((each) => (each.at === at ? [each.deed] : [])),
    })),
  })
  const needed = await leaveOut(all, tries, async (fewer) => {
    const failures = await play(scriptOf(fewer), { first: true })
    return failures.some(({ breaches }) => breaches.some((each) => each.kind === kind))
  })
  return scriptOf(needed)
}
