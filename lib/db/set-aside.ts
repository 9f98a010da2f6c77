import { existsSync, renameSync } from 'node:fs'

/** Moves a damaged database, with the files that belong to it, out of the way; answers its new name. */
export function setDatabaseAside(file: string, now: number): string {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  let target = `${file}.corrupt-${time}`
  for (let n = 2; existsSync(target); n++) target = `${file}.corrupt-${time}-${n}`
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix)
  }
  return target
}
