import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** Moves a damaged database, with the files that belong to it, out of the way; answers its new name. */
export function setDatabaseAside(file: string, now: number): string {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  let target = `${file}.corrupt-${time}`
  for (let n = 2; existsSync(target); n++) target = `${file}.corrupt-${time}-${n}`
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix)
  }
  clearDamage(file)
  return target
}

const markOf = (file: string): string => `${file}.damaged`

/** Damage was met: the next start reads all of the file, and moves it aside where that is so. */
export function markDamage(file: string): void {
  try {
    writeFileSync(markOf(file), 'Damage was met in this database; the next start looks at all of it.\n')
  } catch {
    // On a full disk the damage is met, and said, again.
  }
}

export function isMarkedDamaged(file: string): boolean {
  return existsSync(markOf(file))
}

export function clearDamage(file: string): void {
  rmSync(markOf(file), { force: true })
}
