import { generate, LOOKS_A_SCRIPT } from './generate.ts'
import { noFigures, play, watchForExceptions } from './play.ts'
import { type Script, scriptText } from './script.ts'

interface Wanted {
  readonly seed: number
  readonly looks: number
  readonly stop: number
  readonly script: string | null
  readonly show: boolean
}

export async function runHostile({ seed: first, looks, stop, script, show }: Wanted): Promise<number> {
  watchForExceptions()
  const figures = noFigures()
  const began = performance.now()
  let failures = 0
  const scripts: readonly Script[] =
    script === null
      ? Array.from({ length: Math.ceil(looks / LOOKS_A_SCRIPT) }, (_, index) => generate(first + index))
      : [JSON.parse(await Bun.file(script).text())]
  for (const each of scripts) {
    if (failures >= stop) break
    const failure = await play(each, figures, show ? console.log : undefined)
    if (failure === null) continue
    failures++
    console.log(`Seed ${each.seed}, look ${failure.look}: ${JSON.stringify(each.looks[failure.look])}`)
    for (const { kind, what } of failure.breaches.slice(0, 6)) console.log(`  ${kind}: ${what.slice(0, 1500)}`)
    void scriptText
  }
  console.log(figures.slow)
  if (show) console.log([...figures.done].sort(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`${figures.looks} looks in ${((performance.now() - began) / 1000).toFixed(1)} s, ${failures} failures, contained ${figures.contained}, rss ${(figures.rssBytes / 1e6).toFixed(0)}, db ${figures.databaseBytes}, honest ${Math.max(...figures.honestMs).toFixed(0)} hostile ${Math.max(...figures.hostileMs).toFixed(0)} delays ${Math.max(...figures.delaysMs)}`)
  return failures === 0 ? 0 : 1
}
