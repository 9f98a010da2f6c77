/** Epoch seconds of the simulated host. */
export type Clock = () => number

export const clockWithOffset =
  (offsetSeconds: number, now: () => number): Clock =>
  () =>
    Math.floor(now() / 1000) + offsetSeconds

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number, fill = '0') => String(value).padStart(2, fill)

/** `Sun Nov 22 19:50 2026`, as `zfs` prints a creation; with seconds as it prints `snapshots_changed`. */
export function humanTime(epochSeconds: number, withSeconds = false): string {
  const date = new Date(epochSeconds * 1000)
  const time = `${two(date.getHours(), withSeconds ? '0' : ' ')}:${two(date.getMinutes())}`
  const seconds = withSeconds ? `:${two(date.getSeconds())}` : ''
  return `${days[date.getDay()]} ${months[date.getMonth()]} ${two(date.getDate(), ' ')} ${time}${seconds} ${date.getFullYear()}`
}
