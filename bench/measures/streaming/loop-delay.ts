/**
 * Runs in the service before everything else (`--preload`): every 5 ms a timer, and how much too late it came, in ms. On
 * SIGUSR2 what it has seen since the last one goes into the file BENCH_LOOP_DELAY.
 */
import { writeFileSync } from 'node:fs'

const EVERY_MS = 5
const file = process.env.BENCH_LOOP_DELAY
let late: number[] = []

function next(): void {
  const due = performance.now() + EVERY_MS
  setTimeout(() => {
    late.push(Math.max(0, performance.now() - due))
    next()
  }, EVERY_MS).unref()
}

if (file !== undefined) {
  process.on('SIGUSR2', () => {
    writeFileSync(file, JSON.stringify(late))
    late = []
  })
  next()
}
