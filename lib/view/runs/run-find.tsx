import { KIND_WORDS, RUN_STATES, stateWord } from '../run-words.tsx'
import type { RunQuery } from './run-query.ts'

/** Filters of the runs; the address holds them. */
export function RunFind({ query }: { readonly query: RunQuery }) {
  return (
    <search>
      <form method="get" action="/runs" class="row find">
        <label class="choice">
          <span>Kind</span>
          <select name="kind">
            <option value="">any</option>
            {Object.entries(KIND_WORDS).map(([kind, words]) => (
              <option key={kind} value={kind} selected={kind === query.kind}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <label class="choice">
          <span>Result</span>
          <select name="result">
            <option value="">any</option>
            {RUN_STATES.map((state) => (
              <option key={state} value={state} selected={state === query.result}>
                {stateWord(state)}
              </option>
            ))}
          </select>
        </label>
        <label class="choice">
          <span>Dataset id</span>
          <input type="search" name="dataset" value={query.dataset} />
        </label>
        <label class="choice">
          <span>Who</span>
          <input name="actor" value={query.actor} size={10} />
        </label>
        <label class="choice">
          <span>From</span>
          <input type="date" name="from" value={query.from} />
        </label>
        <label class="choice">
          <span>To</span>
          <input type="date" name="to" value={query.to} />
        </label>
        <button type="submit">Show</button>
        <a class="button plain" href="/runs">
          Clear
        </a>
      </form>
    </search>
  )
}
