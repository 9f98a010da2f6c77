import type { Context } from '../cli/context.ts'
import { humanSize } from '../properties/sizes.ts'

const two = (value: number) => String(value).padStart(2, '0')

/** The line that `zfs send -v` writes to stderr each second while a snapshot is under way. */
export class SendProgress {
  private readonly context: Context
  private readonly exact: boolean
  private readonly name: string
  private bytes = 0
  private nextAt: number

  constructor(context: Context, name: string, exact: boolean) {
    this.context = context
    this.nextAt = context.now() + 1000
    this.name = name
    this.exact = exact
    if (!exact) context.io.tell(2, `TIME        SENT   SNAPSHOT ${name}\n`)
  }

  add(bytes: number): void {
    this.bytes += bytes
    if (this.context.now() < this.nextAt) return
    this.nextAt += 1000
    const now = new Date(this.context.now())
    const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':')
    this.context.io.tell(
      2,
      this.exact
        ? `${time}\t${this.bytes}\t${this.name}\n`
        : `${time}   ${humanSize(this.bytes).padStart(5)}   ${this.name}\n`,
    )
  }
}
