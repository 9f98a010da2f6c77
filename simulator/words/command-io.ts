/** Thrown where a command that runs beside others needs stdin, a stream or a wait; nothing has been done then. */
export class OwnProcess extends Error {}

/** Where a command's bytes come from and go to: the descriptors of its process, or memory where it runs inside another. */
export interface CommandIo {
  /** Reads up to `length` bytes of stdin into the buffer; 0 at the end. */
  read(buffer: Uint8Array, offset: number, length: number): number | Promise<number>
  /** All of stdin. */
  readText(): string
  /** Writes all of a piece of a stream to stdout. */
  write(piece: Uint8Array): void | Promise<void>
  /** Writes text at once. */
  tell(descriptor: 1 | 2, text: string): void
}
