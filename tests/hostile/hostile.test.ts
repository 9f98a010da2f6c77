import { expect, test } from 'bun:test'

/** More of them: `npm run hostile -- --looks 2000 --seed 1`. Others by FC_SEED, as for properties. */
const LOOKS = 200
const SEED = Number(process.env.FC_SEED ?? 1)
/** A generous limit: it needs twenty seconds on a quiet machine. */
const PATIENCE_MS = 600_000

test(
  'whatever one SAN does and says: no check fails, and nobody else is shown, told or done anything that would not be with an honest one',
  async () => {
    // In a process of its own: the product is loaded there with a stand-in for the process of ssh.
    const words = ['tests/hostile/main.ts', '--looks', `${LOOKS}`, '--seed', `${SEED}`, '--shrink']
    const child = Bun.spawn([process.execPath, ...words], { stdout: 'pipe', stderr: 'pipe' })
    const [said, complained] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    expect({ exitCode: await child.exited, complained, said }).toEqual({
      exitCode: 0,
      complained: '',
      said: expect.stringContaining(`${LOOKS} looks`),
    })
    expect(said).toContain('Nothing broke.')
  },
  PATIENCE_MS,
)
