import type { Automatic } from '../types/plan.ts'

// What a sentence becomes where other texts about the dataset stand above it: nothing is said twice.

/** How the sentence begins of a repair that the policy allows, only not at this moment. */
export const NOT_NOW = 'Not by itself now.'

/** Whether a repair starts by itself, without what a text above says. */
export function sentenceBelow({ sentence, because }: Automatic, above: readonly string[]): string {
  const whole = sentencesOf(because)
  const said = sentencesOf(sentence)
  const lead = said.slice(0, Math.max(0, said.length - whole.length))
  const rest = said.slice(lead.length).filter((each, at) => notIn([each, whole[at] ?? each], above))
  if (rest.length > 0) return [...lead, ...rest].join(' ')
  if (lead.length === 0) return 'Nothing to repair.'
  return lead[0] === NOT_NOW ? 'Not by itself now, for that reason.' : lead.join(' ')
}

/** What of a text is not said by those above it; empty where they say all of it. */
export function textBelow(text: string, above: readonly string[]): string {
  return sentencesOf(text)
    .filter((each) => notIn([each], above))
    .join(' ')
}

function notIn(ways: readonly string[], above: readonly string[]): boolean {
  return !ways.some((way) => above.some((text) => text.includes(way)))
}

function sentencesOf(text: string): readonly string[] {
  return text.split(/(?<=[.!?]) (?=[A-Z`])/)
}
