import { stat, unlink } from 'node:fs/promises'
import { connect } from 'node:net'

/**
 * Makes room for a socket file. One that a process answers on is somebody else's and stays.
 * @throws Error when it is in use, or when the path is no socket
 */
export async function clearStaleSocket(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (!found) return
  if (!found.isSocket()) throw new Error(`${path} exists and is not a socket; move it away or choose another path.`)
  if (await answers(path)) throw new Error(`Another process answers on ${path}; stop it first.`)
  await unlink(path)
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // Refused is what a socket file without a process says. Anything else (EACCES …) proves nothing.
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false)
      else reject(error)
    })
  })
}

/** Runs `listen` with a umask that creates the socket as 0600 from its first moment; a chmod would come too late. */
export function withPrivateUmask<T>(listen: () => T): T {
  const before = process.umask(0o177)
  try {
    return listen()
  } finally {
    process.umask(before)
  }
}
