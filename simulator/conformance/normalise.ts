import type { StepResult } from './render.ts'

/**
 * Replaces what no two runs share: guids and tokens by their order of appearance, times, sizes and rates by words.
 * Zero stays zero, so that "nothing written" and "something written" are told apart.
 */
export function makeNormaliser(): (step: StepResult) => StepResult {
  const guids = new Map<string, string>()
  const guid = (key: string) => {
    const known = guids.get(key)
    if (known) return known
    const name = `<guid ${guids.size + 1}>`
    guids.set(key, name)
    return name
  }
  const clean = (text: string) =>
    text
      .replace(/\b1-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+/g, '<token>')
      .replace(/\b0x[0-9a-f]{9,}\b/g, (hex) => guid(BigInt(hex).toString()))
      .replace(/\b\d{15,20}\b/g, (digits) => guid(digits))
      .replace(/\b(object|offset|bytes) = 0x[0-9a-f]+/g, '$1 = <number>')
      .replace(/\b(Sun|Mon|Tue|Wed|Thu|Fri|Sat) [A-Z][a-z]{2} [ \d]\d [ \d]\d:\d\d(:\d\d)? \d{4}/g, '<time>')
      .replace(/(?<![\w@#/.-])\d{9,10}(?![\w.-])/g, '<number>')
      .replace(/(?<![\w@#/.-])\d+\.\d+[KMGTP]?(?![\w.-])/g, '<number>')
      .replace(/(?<![\w@#/.'=-])[1-9]\d*[KMGTP](?![\w.-])/g, '<number>')
      .replace(/(?<![\w@#/.'=-])[1-9]\d{2,}B?(?![\w.-])/g, '<number>')
      .replace(/^(createtxg|objsetid)\t\S+/gm, '$1\t<number>')
      // A guid column is followed by createtxg in every listing of the script.
      .replace(/(<guid \d+>)\t(?:\d+\b|<number>)/g, '$1\t<txg>')
      // How full and how fragmented a pool is depends on what it has been through.
      .replace(/\b\d+%/g, '<percent>')
      .replace(/(<number>(?:\t<number>){2})\t\d+\t\d+(?=\t-)/g, '$1\t<percent>\t<percent>')
      .replace(/^\t {2}\/\S+/gm, '\t  <device>')
      .replace(/[ ]{2,}/g, ' ')
      .replace(/-{4,}/g, '----')
  return (step) => ({ ...step, stdout: clean(step.stdout), stderr: clean(step.stderr) })
}

/** Usage texts are the same in their first line only: that is what says the reason. */
export const withoutUsage = (text: string): string => text.replace(/^usage:[\s\S]*$/m, 'usage:\n')
