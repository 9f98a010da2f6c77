import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '../..')
/** What the generator brings along, and what an older checkout has of its own. */
const OURS = ['tests/hostile', 'tests/soak/leave-out.ts']
const THEIRS = ['package.json', 'tsconfig.json', 'bunfig.toml', 'lib', 'config', 'tests/bed', 'tests/invariants']
/** Of the bed, where the checkout is from before it. */
const BED = 'tests/bed/by-hand.ts'

/**
 * Plays the same looks against another checkout of the product, an older one for example: in a directory for the time being,
 * with its product and its bed and this generator. @returns the exit code
 */
export async function playElsewhere(checkout: string, words: readonly string[]): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'zw-hostile-'))
  try {
    for (const name of THEIRS) cpSync(join(checkout, name), join(directory, name), { recursive: true })
    for (const name of OURS) cpSync(join(ROOT, name), join(directory, name), { recursive: true })
    if (!existsSync(join(directory, BED))) cpSync(join(ROOT, BED), join(directory, BED))
    symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'))
    await openTheBed(join(directory, 'tests/bed/bed.ts'))
    const child = Bun.spawn([process.execPath, join(directory, 'tests/hostile/main.ts'), ...words], {
      cwd: directory,
      stdout: 'inherit',
      stderr: 'inherit',
    })
    return await child.exited
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** A bed from before `through`: the one place where it makes its ssh. */
async function openTheBed(path: string): Promise<void> {
  const text = await Bun.file(path).text()
  if (text.includes('options.through')) return
  const before = 'this.#ssh = bedSsh(this.hosts, this.faults, this.clock)'
  if (text.split(before).length !== 2) throw new Error(`${path} is another bed than this generator knows.`)
  const after = `const ssh = bedSsh(this.hosts, this.faults, this.clock)
    this.#ssh = (options as any).through?.(ssh) ?? ssh`
  await Bun.write(path, text.replace(before, after))
}
