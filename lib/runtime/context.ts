import type { VNode } from 'preact'
import type { Actor } from './actor.ts'
import type { Problem } from './problem.ts'

export type Trigger = 'schedule' | 'http' | 'cli' | 'internal'
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type Fields = Readonly<Record<string, unknown>>

export interface PageAnswer {
  readonly title: string
  readonly body: VNode
  /** Default 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** What the page says was refused; its status and headers are the defaults, and `onWrite` is told of it. */
  readonly problem?: Problem
}

/** What the framework adds to the services that every handler receives. */
export interface InvocationContext {
  /**
   * Aborts on time-out, when the client of a route goes away, and when the process stops: functions and streams at
   * once, an ordinary request is left to finish.
   */
  readonly signal: AbortSignal
  readonly actor: Actor
  readonly requestId: string
  /** Id from the invocation store; for routes the same as `requestId`. */
  readonly invocationId: string
  readonly trigger: Trigger
  /** Only for routes and pages. */
  readonly request?: Request
  log(level: LogLevel, message: string, fields?: Fields): void
  /** Call it before returning a stream: takes away the connection's idle limit and the handler's time-out. */
  keepOpen(): void
  /** Only for routes and pages: what a form of this answer must send back in its field `csrf`. */
  formToken(): string
  /** Only for routes and pages: a whole HTML document, e.g. the page of a form again, with what was wrong with it. */
  page(answer: PageAnswer): Response
}

export type Context<Services> = Services & InvocationContext

/**
 * Services stay on the prototype instead of being copied, so that a getter among them (a config that can be
 * reloaded) is read at the moment of use.
 */
export function makeContext<Services extends object>(
  services: Services,
  invocation: InvocationContext,
): Context<Services> {
  return Object.create(services, Object.getOwnPropertyDescriptors(invocation)) as Context<Services>
}
