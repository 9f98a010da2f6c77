/** A real turn of the event loop: requests and transfers' progress come between two batches. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
