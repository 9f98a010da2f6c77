import { join } from 'node:path'
import { readTextFile } from '#lib/host/files.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'

const SHELLS = ['bash', 'zsh', 'fish']

export const completion: Command = {
  name: 'completion',
  summary: 'The script that completes command lines of zwitness in a shell: commands, options, names.',
  usage: 'bash|zsh|fish',
  operands: [1, 1],
  proposes: [SHELLS],
  options: [],
  help: [
    'bash: source <(zwitness completion bash), in ~/.bashrc. zsh: source <(zwitness completion zsh), in ~/.zshrc.',
    'fish: zwitness completion fish > ~/.config/fish/completions/zwitness.fish',
    'The script asks zwitness at every Tab, so it need not be made anew for another version. Names of datasets and hosts come from the running service; where none answers at once, none are proposed.',
  ],
  async run({ operands: [shell = ''] }, { io }) {
    if (!SHELLS.includes(shell)) throw new UsageError(`${shell} is not known here: write bash, zsh or fish.`)
    io.stdout(await readTextFile(join(import.meta.dir, '..', 'completion', `zwitness.${shell}`)))
    return EXIT.DONE
  },
}
