import { connect } from 'node:net'

/** Milliseconds until a TCP connection stood, or why none did. */
export function tryTcp(hostname: string, port: number, timeoutMs: number): Promise<number | string> {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port })
    const end = (answer: number | string): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => end(`no answer within ${Math.round(timeoutMs / 1000)} s`), timeoutMs)
    socket.once('connect', () => end(performance.now() - startedAt))
    socket.once('error', (error) => end(error.message))
  })
}
