import { writeSync } from 'node:fs'
import { humanSize } from '../properties/sizes.ts'

const two = (value: number) => String(value).padStart(2, '0')

/** The line that `zfs send -v` writes to stderr each second while a snapshot is under way. */
export class SendProgress {
  private readonly exact: boolean
  private readonly name: string
  private bytes = 0
  private nextAt = performance.now() + 1000

  constructor(name: string, exact: boolean) {
    this.name = name
    this.exact = exact
    if (!exact) writeSync(2, `TIME        SENT   SNAPSHOT ${name}\n`)
  }

  add(bytes: number): void {
    this.bytes += bytes
    if (performance.now() < this.nextAt) return
    this.nextAt += 1000
    const now = new Date()
    const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':')
    writeSync(
      2,
      this.exact
        ? `${time}\t${this.bytes}\t${this.name}\n`
        : `${time}   ${humanSize(this.bytes).padStart(5)}   ${this.name}\n`,
    )
  }
}
