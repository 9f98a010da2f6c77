import { type Parsed, parsed, refused } from '#lib/settings/fields.ts'

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  PiB: 2 ** 50,
}

/** `30s`, `15m`, `2h`, `1h30m`, `7d`, `2w` → seconds. */
export function parseDuration(text: string): Parsed<number> {
  const bare = text.trim()
  if (/^\d+(\.\d+)?$/.test(bare))
    return refused(`${bare} of what? Write the unit: ${bare}s, ${bare}m, ${bare}h or ${bare}d.`)
  if (!/^(\d+[smhdw])+$/.test(bare))
    return refused(`${JSON.stringify(text)} is not a length of time; write for example 15m, 2h or 7d.`)
  let seconds = 0
  for (const [, count, unit] of bare.matchAll(/(\d+)([smhdw])/g)) seconds += Number(count) * (SECONDS[unit ?? ''] ?? 0)
  if (!Number.isSafeInteger(seconds)) return refused(`${text} is too long a time; write for example 15m, 2h or 7d.`)
  return parsed(seconds)
}

/** Seconds as `parseDuration` reads them: `1h30m`. */
export function spanWord(seconds: number): string {
  let rest = seconds
  let word = ''
  for (const unit of ['d', 'h', 'm', 's']) {
    const length = SECONDS[unit] ?? 1
    if (rest >= length) word += `${Math.floor(rest / length)}${unit}`
    rest %= length
  }
  return word === '' ? '0s' : word
}

/** `10GiB`, `500MB` → bytes. One-letter units are refused: `G` is 10⁹ to some tools and 2³⁰ to others. */
export function parseSize(text: string): Parsed<number> {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text.trim())
  const [, count, unit] = match ?? []
  if (count === undefined || unit === undefined)
    return refused(`${JSON.stringify(text)} is not a size; write for example 10GiB or 500MB.`)
  if (unit === '') return refused(`${count} of what? Write the unit, for example ${count}GiB or ${count}MiB.`)
  const factor = Object.hasOwn(BYTES, unit) ? BYTES[unit] : undefined
  if (factor === undefined) return refused(`The unit ${unit} is not known; write ${count}${unitLike(unit)}.`)
  const bytes = Math.round(Number(count) * factor)
  if (!Number.isSafeInteger(bytes)) return refused(`${text} is larger than any pool; write for example 10GiB.`)
  return parsed(bytes)
}

/** `200MiB/s` → bytes a second. */
export function parseRate(text: string): Parsed<number> {
  const match = /^(.*?)\s*\/\s*s$/.exec(text.trim())
  if (match?.[1] === undefined)
    return refused(`${JSON.stringify(text)} is not a rate; write a size a second, for example 200MiB/s.`)
  const size = parseSize(match[1])
  if (!size.ok) return refused(`${size.message.replace(/\.$/, '')}, with /s at the end.`)
  if (size.value < 1024)
    return refused(`${text} would never finish; write at least 1KiB/s, or leave bandwidth_limit out for no limit.`)
  return size
}

/** `10%` → a share of the pool, `500GiB` → bytes. */
export function parseKeepFree(text: string): Parsed<{ readonly fraction: number } | { readonly bytes: number }> {
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim())?.[1]
  if (percent === undefined) {
    const size = parseSize(text)
    if (size.ok) return parsed({ bytes: size.value })
    return refused(
      `${JSON.stringify(text)} is neither a share nor a size of the pool; write for example 10% or 500GiB.`,
    )
  }
  if (Number(percent) > 90)
    return refused(`${percent}% would leave no room to receive anything; write at most 90%, for example 10%.`)
  return parsed({ fraction: Number(percent) / 100 })
}

const LEAST_LOGS = 2 ** 20

/** `200MiB` → bytes of log lines that are kept. */
export function parseLogsSize(text: string): Parsed<number> {
  const size = parseSize(text)
  if (!size.ok) return size
  return size.value < LEAST_LOGS
    ? refused(`${text} is too little to find out anything from; write at least 1MiB, for example 200MiB.`)
    : size
}

/** Bytes in the largest unit that shows them without a fraction. */
export function sizeText(bytes: number): string {
  for (const unit of ['PiB', 'TiB', 'GiB', 'MiB', 'KiB']) {
    const factor = BYTES[unit] ?? 1
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`
  }
  return `${bytes}B`
}

function unitLike(unit: string): string {
  const letter = unit[0]?.toUpperCase() ?? ''
  return 'KMGTP'.includes(letter) ? `${letter}iB` : 'GiB, MiB or KiB'
}
