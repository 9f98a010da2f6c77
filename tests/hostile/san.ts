import { runPart, splitBatch } from '#lib/ssh/batch-run.ts'
import type { SshClient } from '#lib/ssh/ssh.ts'
import type {
  BatchOptions,
  BatchResult,
  CommandResult,
  RemoteCommand,
  RemoteFault,
  TransferOutcome,
  TransferRequest,
} from '#lib/ssh/types.ts'
import type { VirtualClock } from '#tests/bed/clock.ts'
import { runCommand } from '#tests/bed/command.ts'
import { type FaultBook, remoteFault } from '#tests/bed/faults.ts'
import type { BedHost } from '#tests/bed/host.ts'
import { Random } from '#tests/bed/random.ts'
import { type Answer, type HonestSnapshot, kindOf, type Scene } from './answer.ts'
import { expectSession, STAND_IN } from './child.ts'
import { LIES } from './lies.ts'
import type { Deed, LookScript } from './script.ts'
import { STREAMS, withLeg } from './transfers.ts'
import { newTalk, type Said, spoken, WIRE } from './wire.ts'

/** As the bed has it for the others. */
const LOGIN_MS = 40
const RETRY_MS = 2000
/** Real time within which an answer that needs none is there. */
const FAR_MS = 3600_000

/** How it lets others wait, in virtual time. */
export const WAITS = ['says nothing', 'drips', 'is late'] as const

export interface Knowledge {
  readonly about: (dataset: string, look: LookScript) => boolean
  readonly otherSide: (dataset: string) => readonly HonestSnapshot[]
  readonly somebodyElses: (random: Random) => string
  readonly token: (random: Random, dataset: string) => string
}

/** A simulated SAN whose answers pass through what its script says; with an empty script it is honest. */
export class HostileSan {
  readonly host: BedHost
  /** How often each deed did something. */
  readonly done = new Map<string, number>()
  /** Guids that its listings ever gave to snapshots of a dataset: an older one may be remembered where it says that nothing changed. */
  readonly claims = new Map<string, Set<string>>()
  #look: LookScript = { role: 'both', deeds: [] }
  #turn = 0
  readonly #first = new Map<string, Answer>()
  readonly #clock: VirtualClock
  readonly #faults: FaultBook
  readonly #knows: Knowledge

  constructor(host: BedHost, at: { clock: VirtualClock; faults: FaultBook; knows: Knowledge }) {
    this.host = host
    this.#clock = at.clock
    this.#faults = at.faults
    this.#knows = at.knows
  }

  begin(look: LookScript): void {
    this.#look = look
    this.#turn = 0
  }

  count(deed: string): void {
    this.done.set(deed, (this.done.get(deed) ?? 0) + 1)
  }

  async batch(commands: readonly RemoteCommand[], options: BatchOptions): Promise<BatchResult> {
    const startedAt = this.#clock.now()
    const results = new Map<string, CommandResult>()
    const end = (fault: RemoteFault | null, running: string | null = null): BatchResult => ({
      host: this.host.id,
      results,
      fault,
      running,
      durationMs: this.#clock.now() - startedAt,
    })
    const parts = splitBatch(commands)
    if (options.toTheEnd === true && parts.length > 1) return end(remoteFault(this.host.id, 'local'))
    for (const part of parts) {
      for (let tries = 1; ; tries++) {
        await this.#clock.sleep(LOGIN_MS, options.signal)
        const waited = await this.#wait(commands, options)
        if (waited !== null) return end(waited)
        if (options.signal?.aborted) return end(remoteFault(this.host.id, 'cancelled'))
        const outcome = await this.#session(part, options)
        for (const [id, result] of outcome.results) results.set(id, result)
        const { fault, began } = outcome
        if (fault === null) break
        if (began || !fault.retryable || tries >= (options.tries ?? 3)) return end(fault, outcome.running ?? null)
        await this.#clock.sleep(RETRY_MS * tries, options.signal)
      }
    }
    return end(null)
  }

  async transfer(ssh: SshClient, request: TransferRequest): Promise<TransferOutcome> {
    const side = request.source.host === this.host.id ? 'source' : 'sink'
    if (!request[side].argv.some((word) => this.#knows.about(word, this.#look))) return ssh.transfer(request)
    const told = this.#deeds((deed) => deed in STREAMS)
    let asked = request
    for (const { deed, random } of told) {
      const lie = STREAMS[deed]
      const wrong = lie?.wrong?.(random)
      if (wrong !== undefined) this.#faults.add({ host: this.host.id, on: side, times: 1, wrong })
      if (lie?.instead !== undefined) asked = withLeg(asked, side, lie.instead(asked[side].argv, random))
      this.count(deed)
    }
    let outcome = await ssh.transfer(asked)
    this.#faults.clear()
    for (const { deed, random } of told) outcome = STREAMS[deed]?.says?.(outcome, side, random) ?? outcome
    return outcome
  }

  /** What the script has for this place, each with numbers of its own for this turn. */
  #deeds(fits: (deed: string) => boolean): { readonly deed: string; readonly random: Random }[] {
    return this.#look.deeds
      .filter(({ deed }) => fits(deed))
      .map(({ deed, seed }: Deed) => ({ deed, random: new Random(seed + 7919 * this.#turn++) }))
      .filter(({ random }) => random.chance(0.7))
  }

  async #wait(commands: readonly RemoteCommand[], options: BatchOptions): Promise<RemoteFault | null> {
    const { id } = this.host
    for (const { deed, random } of this.#deeds((name) => (WAITS as readonly string[]).includes(name))) {
      this.count(deed)
      if (deed === 'is late') {
        await this.#clock.sleep(1000 + random.int(900_000), options.signal)
        continue
      }
      const limitMs = Math.min(options.timeoutMs ?? 900_000, ...commands.map((each) => each.limitMs ?? 900_000))
      await this.#clock.sleep(deed === 'drips' ? limitMs : (options.silenceMs ?? 60_000), options.signal)
      if (options.signal?.aborted) return remoteFault(id, 'cancelled')
      return remoteFault(id, 'timeout', `${id} was silent.`)
    }
    return null
  }

  /** One session through lib/ssh's own code. */
  async #session(part: readonly RemoteCommand[], options: BatchOptions) {
    const configFile = expectSession(async (nonce) => {
      const wire = this.#deeds((deed) => deed in WIRE)
      const said: Said[] = []
      await this.#walk(part, '', options.toTheEnd === true, said)
      const talk = newTalk(nonce, new Random(1), said)
      for (const { deed, random } of wire) {
        if (talk.said.length === 0) continue
        talk.random = random
        WIRE[deed]?.(talk)
        this.count(deed)
      }
      return spoken(talk)
    })
    const link = {
      host: {
        id: this.host.id,
        hostname: 'x.example',
        port: 22,
        user: 'root',
        identityFile: '/key',
        proxyJump: null,
        connectTimeoutSeconds: 10,
        maxHandshakes: 4,
      },
      settings: { sshCommand: STAND_IN, configFile, hosts: [] },
    }
    const limits = {
      signal: options.signal ?? new AbortController().signal,
      silenceMs: FAR_MS,
      timeoutMs: FAR_MS,
      maxBytes: options.maxBytes ?? 256 * 1024 * 1024,
      toTheEnd: options.toTheEnd ?? false,
    }
    return runPart(link as never, part, limits, null)
  }

  /** Runs the commands in the order of the script of lib/ssh. @returns false where a chain ends here */
  async #walk(commands: readonly RemoteCommand[], prefix: string, chain: boolean, said: Said[]): Promise<void> {
    for (const [index, command] of commands.entries()) {
      const path = `${prefix}${index}`
      const answer = await this.#answer(command.argv)
      said.push({ path, ...answer })
      if (answer.exitCode === 0) continue
      await this.#walk(command.onFailure ?? [], `${path}.`, false, said)
      if (chain) return
    }
  }

  async #answer(argv: readonly string[]): Promise<Answer> {
    const kind = kindOf(argv)
    const done = await runCommand(argv, this.host)
    let answer: Answer = { ...done, exitCode: done.exitCode ?? 137 }
    const key = argv.join(' ')
    const before = this.#first.get(key) ?? null
    if (before === null) this.#first.set(key, answer)
    for (const { deed, random } of this.#deeds((name) => LIES[name]?.on.includes(kind) === true)) {
      const scene: Scene = {
        random,
        argv,
        kind,
        before,
        about: (dataset) => this.#knows.about(dataset, this.#look),
        otherSide: this.#knows.otherSide,
        somebodyElses: () => this.#knows.somebodyElses(random),
        token: this.#knows.token,
      }
      const lied = LIES[deed]?.lie(answer, scene) ?? answer
      if (lied.stdout !== answer.stdout || lied.stderr !== answer.stderr || lied.exitCode !== answer.exitCode)
        this.count(deed)
      answer = lied
    }
    if (kind === 'snapshots') this.#remember(argv, answer.stdout)
    return answer
  }

  /** Guids that a listing gave to snapshots of each dataset that was asked for, read without the product. */
  #remember(argv: readonly string[], stdout: string): void {
    const asked = argv.filter((word) => word.startsWith(`${this.host.pool}/`))
    for (const dataset of asked) if (!this.claims.has(dataset)) this.claims.set(dataset, new Set())
    for (const line of stdout.split('\n')) {
      const [name = '', ...cells] = line.split('\t')
      const claimed = this.claims.get(name.replace(/[@#].*$/s, ''))
      for (const cell of cells) if (/^\d{1,20}$/.test(cell)) claimed?.add(cell)
    }
  }
}
