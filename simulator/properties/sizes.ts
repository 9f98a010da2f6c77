const units = ['', 'K', 'M', 'G', 'T', 'P', 'E']

/** A size as `zfs` writes it for people: at most five characters, as many decimals as fit. */
export function humanSize(bytes: number, unitOfSmall = ''): string {
  let power = 0
  for (let rest = bytes; rest >= 1024 && power < 6; rest /= 1024) power++
  const unit = units[power] ?? ''
  if (power === 0) return `${bytes}${unitOfSmall}`
  const value = bytes / 1024 ** power
  if (Number.isInteger(value)) return `${value}${unit}`
  for (const decimals of [2, 1, 0]) {
    const text = `${value.toFixed(decimals)}${unit}`
    if (text.length <= 5) return text
  }
  return `${value.toFixed(0)}${unit}`
}

/** Reads `16M`, `100`, `1.5G`, `none`; null when it is no size. */
export function parseSize(text: string): number | null {
  if (text === 'none') return 0
  const match = /^(\d+(?:\.\d+)?)([KMGTPE]?)(?:i?B)?$/i.exec(text)
  if (!match) return null
  return Math.floor(Number(match[1]) * 1024 ** units.indexOf((match[2] ?? '').toUpperCase()))
}
