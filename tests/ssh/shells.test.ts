import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startSshWorld } from './fixture.ts'

setDefaultTimeout(600_000)

/** Login shells that admins use. `apt-get install tcsh fish zsh` has those that a Debian has not. */
const SHELLS = ['dash', 'bash', 'tcsh', 'fish', 'zsh']

/** What a dataset, a snapshot, a property or a column may look like to a shell. */
const WORDS = [
  'tank/with space',
  'a  b ',
  '$HOME',
  '~',
  '*',
  'x#y',
  '#x',
  '%recv',
  'a=b',
  '-x',
  '{a,b}',
  '"',
  '`id`',
  '',
]

const ONE = ['sh', '-c', 'printf [%s] "$@"; test $# = 1', 'sh']

function missing(shell: string): boolean {
  if (Bun.which(shell) !== null) return false
  console.warn(`SKIPPED: ${shell} is not installed, so nothing is proved about it as a login shell.`)
  return true
}

describe.each(SHELLS)('a login shell that is %s', (shell) => {
  const withShell = () =>
    // sshd would run `SHELL -c COMMAND`; the account's own shell stands before it here and hands the command on as it is.
    startSshWorld(['san'], { extraConfig: [`ForceCommand exec ${shell} -c "$SSH_ORIGINAL_COMMAND"`] })

  test.skipIf(missing(shell))('runs a batch: every word arrives as it is, exit codes and outputs too', async () => {
    const world = await withShell()
    const commands = [
      { id: 'words', argv: ['printf', '[%s]', ...WORDS] },
      { id: 'code', argv: ['sh', '-c', 'echo out; echo err >&2; exit 7'] },
      { id: 'more', argv: ['false'], onFailure: [{ id: 'then', argv: ['echo', 'then'] }] },
      {
        id: 'all',
        argv: [...ONE, ...WORDS],
        onFailure: WORDS.map((word, at) => ({ id: `all.${at}`, argv: [...ONE, word] })),
      },
    ]
    const { results, fault } = await world.client().batch('san', commands)
    await world.stop()
    expect(fault).toBeNull()
    expect(results.get('words')?.stdout).toBe(WORDS.map((word) => `[${word}]`).join(''))
    expect(results.get('code')).toMatchObject({ exitCode: 7, stdout: 'out\n', stderr: 'err' })
    expect(results.get('then')?.stdout).toBe('then\n')
    expect(WORDS.map((_, at) => results.get(`all.${at}`)?.stdout)).toEqual(WORDS.map((word) => `[${word}]`))
  })

  test.skipIf(missing(shell))('carries a transfer, and ends what runs when that is cancelled', async () => {
    const world = await withShell()
    const client = world.client()
    const file = `${world.directory}/arrived`
    const leg = (line: string) => ({ host: 'san', argv: ['sh', '-c', line] })
    const rest = { bandwidthLimit: null, stallMs: 20_000 }
    const whole = await client.transfer({
      source: leg('head -c 3000000 /dev/zero'),
      sink: leg(`cat >${file}; wc -c <${file} >&2`),
      ...rest,
    })
    expect(whole).toMatchObject({ ended: 'completed', sink: { exitCode: 0, stderr: '3000000' } })
    const cancelled = await client.transfer({
      source: leg('cat /dev/zero'),
      sink: leg(`cat >/dev/null; echo over >${file}`),
      signal: AbortSignal.timeout(2000),
      ...rest,
    })
    expect(cancelled.ended).toBe('cancelled')
    for (let look = 0; look < 600 && (await Bun.file(file).text()) !== 'over\n'; look++) await Bun.sleep(100)
    expect(await Bun.file(file).text()).toBe('over\n')
    await world.stop()
  })
})
