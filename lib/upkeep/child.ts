import { setPriority } from 'node:os'
import { copyChecked, readFacts } from '#lib/db/copy.ts'
import { StoreError } from '#lib/db/errors.ts'

// The program of the child process (beside.ts): one job, and one line of JSON about what came of it.

type Job = readonly ['copy', source: string, target: string, leave: string] | readonly ['facts', source: string]

async function work(job: Job): Promise<unknown> {
  switch (job[0]) {
    case 'copy':
      return copyChecked(job[1], job[2], Number(job[3]))
    case 'facts':
      return readFacts(job[1])
  }
}

const answer = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`)

/** Whoever waits for a page goes first. A sandbox may forbid that: then this takes its turn like everybody else. */
function giveWay(): void {
  try {
    setPriority(10)
  } catch (error) {
    const { info } = error as { readonly info?: { readonly code?: string } }
    if (info?.code !== 'EPERM' && info?.code !== 'EACCES') throw error
  }
}

giveWay()
try {
  answer({ done: await work(process.argv.slice(2) as unknown as Job) })
} catch (error) {
  const kind = error instanceof StoreError ? error.kind : 'other'
  answer({ failed: { kind, message: error instanceof Error ? error.message : String(error) } })
}
