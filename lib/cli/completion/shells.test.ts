import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileFacts, makeTemporaryDirectory, removePath, writeTextFileAtomic } from '#lib/host/files.ts'
import { fakeService } from '../testing/service.ts'

// In the real shells, at a real terminal: a person types, presses Tab, and sees what comes of it.

const LAUNCHER = join(import.meta.dir, '../../setup/zwitness')
/** Names that a shell would obey, were they evaluated. */
const HOSTILE = ["hostile$(touch evaluated)`touch evaluated`;'touch' evaluated", '$(touch evaluated)']
const service = fakeService({
  answers: {
    'GET /api/datasets': {
      status: 200,
      body: {
        items: ['hqs8-hqs1.DAT1', 'hqs8-hqs1.DAT2', 'odd:name@x.ONE', ...HOSTILE].map((id) => ({
          id,
          status: 'HEALTHY',
        })),
        nextCursor: null,
      },
    },
  },
})

let server: Bun.Server<undefined>
let directory = ''
beforeAll(() => {
  server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: service.fetch })
})
afterAll(() => server.stop(true))
beforeEach(async () => {
  directory = await makeTemporaryDirectory()
  symlinkSync(LAUNCHER, join(directory, 'zwitness'))
  await writeTextFileAtomic(join(directory, 'heads.txt'), '')
})
afterEach(() => removePath(directory))

interface Shell {
  readonly start: readonly string[]
  /** Makes the completion known, as docs/install.md says. */
  readonly load: string
}

const SHELLS: Readonly<Record<string, Shell>> = {
  bash: { start: ['bash', '--norc', '--noprofile', '-i'], load: 'source <(zwitness completion bash)' },
  zsh: { start: ['zsh', '-f', '-i'], load: 'source <(zwitness completion zsh)' },
  fish: {
    start: ['fish', '--private', '--no-config'],
    load: 'mkdir -p $HOME/.config/fish/completions; zwitness completion fish > $HOME/.config/fish/completions/zwitness.fish; source $HOME/.config/fish/completions/zwitness.fish',
  },
}

/** Types each line and presses Tab once behind it. @returns what then stands on each, and all that was seen. */
async function typed(shell: string, lines: readonly string[]) {
  let seen = ''
  const { start, load } = SHELLS[shell] ?? { start: [], load: '' }
  const child = Bun.spawn([...start], {
    cwd: directory,
    env: {
      PATH: `${directory}:${process.env.PATH}`,
      HOME: directory,
      TERM: 'xterm',
      LANG: 'C.UTF-8',
      PS1: '> ',
      ZWITNESS_URL: server.url.href,
      // The names must come on a busy machine too; how long a person waits for them is no matter here.
      ZWITNESS_TAB_MS: '60000',
    },
    terminal: {
      cols: 200,
      rows: 60,
      data: (_, data) => {
        seen += Buffer.from(data).toString()
      },
    },
  })
  const until = async (pattern: RegExp) => {
    for (let tries = 0; tries < 1200 && !pattern.test(plain(seen)); tries += 1) await Bun.sleep(50)
    if (!pattern.test(plain(seen))) throw new Error(`${shell} never showed ${pattern}:\n${plain(seen)}`)
  }
  const ends: string[] = []
  try {
    child.terminal?.write(`${load}; echo is-"loaded"\r`)
    await until(/^is-loaded/m)
    for (const [at, line] of lines.entries()) {
      // What stands on the line after the Tab becomes the words of an echo, each in brackets.
      child.terminal?.write(`${line}\t\u0001printf '[%s]' \u0005; echo " ended-${at}-"\r`)
      await until(new RegExp(`^(\\[.*\\]) ended-${at}-`, 'm'))
      ends.push(new RegExp(`^(\\[.*\\]) ended-${at}-`, 'm').exec(plain(seen))?.[1] ?? '')
    }
  } finally {
    child.kill('SIGKILL')
    await child.exited
    child.terminal?.close()
  }
  return { ends, seen: plain(seen) }
}

function plain(text: string): string {
  return Bun.stripANSI(text).replaceAll('\r', '\n')
}

for (const shell of Object.keys(SHELLS)) {
  describe.skipIf(Bun.which(shell) === null)(shell, () => {
    test('completes commands, subcommands, options, fixed values, names and files', async () => {
      const { ends } = await typed(shell, [
        'zwitness stat',
        'zwitness known-hosts sc',
        'zwitness --json config sch',
        'zwitness datasets --sta',
        'zwitness datasets --status=heal',
        'zwitness datasets --status broken,war',
        'zwitness user add x --role op',
        'zwitness show hqs8-hqs1.D',
        'zwitness show odd:n',
        'zwitness audit verify --head-file he',
        'zwitness audit verify --head-file=he',
      ])
      expect(ends).toEqual([
        '[zwitness][status]',
        '[zwitness][known-hosts][scan]',
        '[zwitness][--json][config][schema]',
        '[zwitness][datasets][--status]',
        '[zwitness][datasets][--status=healthy]',
        '[zwitness][datasets][--status][broken,warning]',
        '[zwitness][user][add][x][--role][operator]',
        '[zwitness][show][hqs8-hqs1.DAT]',
        '[zwitness][show][odd:name@x.ONE]',
        '[zwitness][audit][verify][--head-file][heads.txt]',
        '[zwitness][audit][verify][--head-file=heads.txt]',
      ])
    })

    test('lists what there is', async () => {
      const { seen } = await typed(shell, ['zwitness config \t', 'zwitness datasets --status=\t'])
      for (const word of ['check', 'show', 'schema', 'reload', 'healthy', 'repairing']) expect(seen).toContain(word)
      if (shell !== 'bash') expect(seen).toContain('JSON Schema of the configuration file')
    })

    test('obeys nothing that was typed or answered', async () => {
      const { ends } = await typed(shell, [
        `zwitness show 'x$(touch evaluated)' --js`,
        'zwitness show hostile',
        'zwitness show \t',
      ])
      expect(ends.slice(0, 2)).toEqual([
        '[zwitness][show][x$(touch evaluated)][--json]',
        "[zwitness][show][hostile$(touch evaluated)`touch evaluated`;'touch' evaluated]",
      ])
      expect(await fileFacts(join(directory, 'evaluated'))).toBeNull()
    })
  })
}
