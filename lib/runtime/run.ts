import type { Context, InvocationContext } from './define.ts'
import type { Problem } from './problem.ts'

/** Of a handler that names none, milliseconds. */
export const DEFAULT_TIMEOUT = 60_000

interface HandlerRun<Result> {
  readonly services: object
  /** Beside the services. `keepOpen` also takes the time-out away. */
  readonly invocation: InvocationContext
  /** Milliseconds. */
  readonly timeout: number
  /** Called once when the time is up: aborts the handler's signal, and gives its caller's answer. */
  readonly onTimeout: () => Problem
  readonly handler: (context: Context<object>) => Result | Promise<Result>
}

interface RunningHandler<Result> {
  /** What the handler gave or threw; or, when the time is up, the Problem of `onTimeout`. */
  readonly result: Promise<Result>
  /** Resolves when the handler has really ended, which one that ignores its signal does later. Never rejects. */
  readonly ended: Promise<void>
}

/** Runs the handler of a route, a page or a function: with its context, under its time-out. */
export function runHandler<Result>(run: HandlerRun<Result>): RunningHandler<Result> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(run.onTimeout()), run.timeout)
  const context = contextOf(run.services, {
    ...run.invocation,
    keepOpen: () => {
      run.invocation.keepOpen()
      clearTimeout(timer)
    },
  })
  const handler = Promise.try(() => run.handler(context))
  return {
    result: Promise.race([handler, late.promise]).finally(() => clearTimeout(timer)),
    ended: handler.then(
      () => {},
      () => {},
    ),
  }
}

/**
 * Services stay on the prototype instead of being copied, so that a getter among them (a config that can be
 * reloaded) is read at the moment of use.
 */
function contextOf<Services extends object>(services: Services, invocation: InvocationContext): Context<Services> {
  return Object.create(services, Object.getOwnPropertyDescriptors(invocation)) as Context<Services>
}
