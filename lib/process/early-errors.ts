import { ChildProcess } from 'node:child_process'

/**
 * A program that could not be started (EMFILE, EAGAIN, E2BIG) is handed on by execa as a ChildProcess with streams of its
 * own. Bun's ChildProcess only lets them be read, so that the assignment failed and its TypeError took the place of the
 * reason. With a setter an instance that is given streams has them; every other one is as before.
 */
export function letEarlyErrorsThrough(): void {
  for (const name of ['stdin', 'stdout', 'stderr', 'stdio']) {
    const known = Object.getOwnPropertyDescriptor(ChildProcess.prototype, name)
    if (known?.get === undefined || known.set !== undefined || known.configurable !== true) continue
    Object.defineProperty(ChildProcess.prototype, name, {
      ...known,
      set(value: unknown) {
        Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true })
      },
    })
  }
}
