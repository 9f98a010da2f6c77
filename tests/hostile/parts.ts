import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Broken, type BrokenKind } from './broken.ts'
import { Figures, type FiguresData } from './figures.ts'
import type { Outcome, Wanted } from './report.ts'
import { LOOKS_A_SCRIPT } from './script.ts'

interface Part {
  readonly figures: FiguresData
  readonly looks: number
  readonly kinds: readonly BrokenKind[]
}

/** The same scripts in several processes, each with its share of the seeds. */
export async function playInParts(wanted: Wanted, lanes: number): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), 'zw-hostile-'))
  const outcome: Outcome = { figures: new Figures(), broken: new Broken() }
  try {
    const each = Math.ceil(wanted.scripts / lanes)
    const parts = Array.from({ length: Math.ceil(wanted.scripts / each) }, (_, index) => {
      const scripts = Math.min(each, wanted.scripts - index * each)
      return onePart(join(directory, `${index}`), wanted.seed + index * each, scripts, wanted)
    })
    for (const part of await Promise.all(parts)) {
      outcome.figures.add(part.figures)
      outcome.broken.looks += part.looks
      for (const kind of part.kinds) outcome.broken.add(kind)
    }
    return outcome
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** @throws where its process died: then nobody knows what it had found */
async function onePart(file: string, seed: number, scripts: number, { shrink, show }: Wanted): Promise<Part> {
  const words = ['--seed', `${seed}`, '--looks', `${scripts * LOOKS_A_SCRIPT}`, '--outcome', file]
  const more = [...(shrink ? ['--shrink'] : []), ...(show ? ['--show'] : [])]
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'main.ts'), ...words, ...more], {
    stdout: 'inherit',
    stderr: 'inherit',
  })
  const exitCode = await child.exited
  if (!(await Bun.file(file).exists()))
    throw new Error(`The scripts from seed ${seed} on ended with ${exitCode}: the process died.`)
  return Bun.file(file).json()
}
