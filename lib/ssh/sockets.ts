import { ensureDirectory, listDirectory, removePath } from '#lib/host/directory.ts'

/** ssh makes the socket under a longer name first (17 characters more), and a socket's path ends at 107. */
const LONGEST_DIRECTORY = 80

/** Makes the private directory of the control sockets, and clears what an earlier process that was killed left in it. */
export async function prepareSockets(directory: string): Promise<void> {
  if (directory.length > LONGEST_DIRECTORY) {
    throw new Error(
      `The directory for control sockets has a path that is too long for a socket (${directory.length} of at most ${LONGEST_DIRECTORY} characters): ${directory}`,
    )
  }
  await ensureDirectory(directory, 0o700)
  for (const name of await listDirectory(directory)) {
    if (/^m\d+(\..*)?$/.test(name)) await removePath(`${directory}/${name}`)
  }
}
