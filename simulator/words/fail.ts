/** Ends a command: what it says on stderr and its exit code. Nothing it changed is kept. */
export class Failure extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

export const missingDataset = (name: string, exitCode = 1): Failure =>
  new Failure(`cannot open '${name}': dataset does not exist`, exitCode)

const synopses: Record<string, string> = {
  snapshot: 'snapshot [-r] [-o property=value] ... <filesystem|volume>@<snap> ...',
  bookmark: 'bookmark <snapshot|bookmark> <newbookmark>',
  list: 'list [-Hp] [-j [--json-int]] [-r|-d max] [-o property[,...]] [-s property]...\n\t    [-S property]... [-t type[,...]] [filesystem|volume|snapshot] ...',
  get: 'get [-rHp] [-j [--json-int]] [-d max] [-o "all" | field[,...]]\n\t    [-t type[,...]] [-s source[,...]]\n\t    <"all" | property[,...]> [filesystem|volume|snapshot|bookmark] ...',
  send: 'send [-DLPbcehnpsVvw] [-i|-I snapshot]\n\t    [-R [-X dataset[,dataset]...]]     <snapshot>',
  receive: 'receive [-vMnsFhu] [-o <property>=<value>] ... [-x <property>] ...\n\t    <filesystem|volume|snapshot>',
}

/** What `zfs` prints after a wrong call of one of its commands. */
export function usageOf(command: string): string {
  return [
    'usage:',
    `\t${synopses[command] ?? `${command} ...`}`,
    '',
    'For the property list, run: zfs set|get',
    '',
    'For the delegated permission list, run: zfs allow|unallow',
    '',
    'For further help on a command or topic, run: zfs help [<topic>]',
  ].join('\n')
}

export const overview = (tool: 'zfs' | 'zpool', commands: readonly string[]): string =>
  [
    `usage: ${tool} command args ...`,
    "where 'command' is one of the following:",
    '',
    ...commands.map((name) => `\t${name}`),
  ].join('\n')
