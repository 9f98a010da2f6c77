import type { REASONS } from '../types.ts'
import type { Words } from '../words.ts'
import type { Evidence } from './evidence.ts'
import { type Sentences, said } from './sentence.ts'

export const unknownSentences: Sentences<(typeof REASONS)['UNKNOWN'][number]> = {
  WITNESS_ISOLATED: (w, e) =>
    said(
      `No SAN is reachable from the witness. Dataset states are unknown, alarms are held.${lastGood(w, e.lastLookAt)}`,
      "Check the witness's own network first.",
    ),
  HOST_KEY_CHANGED: (w, e) =>
    said(
      `${e.host} answered with a different host key. Nothing was sent. Compare fingerprints before trusting it.${lastGood(w, e.lastLookAt)}`,
      `Compare the fingerprint on ${e.host} itself, then run \`zwitness known-hosts accept ${e.host}\`.`,
    ),
  AUTH_FAILED: (w, e) =>
    said(
      `${e.host} refused the witness's key: ${stripStop(e.message)}.${lastGood(w, e.lastLookAt)}`,
      `Install the public key (\`zwitness keys show\`) for the configured user on ${e.host}.`,
    ),
  HOST_UNREACHABLE: (w, e) =>
    said(
      `The witness cannot reach ${e.host} over SSH (${stripStop(e.message)}).${lastGood(w, e.lastLookAt)}`,
      `Check that ${e.host} is up and reachable on its SSH port.`,
    ),
  LISTING_TIMED_OUT: (w, e) =>
    said(
      `${e.host} is reachable and too slow: ${stripStop(e.message)}. What was not read is not known.${lastGood(w, e.lastLookAt)}`,
      e.setting === null
        ? `Find out on ${e.host} why \`zfs list\` takes so long there.`
        : `Find out on ${e.host} why \`zfs list\` takes so long there, or give it more time: write \`${e.setting.name}: ${e.setting.raised}\` under \`limits:\` (now ${e.setting.now}).`,
    ),
  INTERNAL: (w, e) =>
    said(
      `The witness itself failed at this dataset: ${stripStop(e.message)}. Fault ${e.number} in the log; other datasets go on.${lastGood(w, e.lastLookAt)}`,
      `Search Logs for ${e.number}, report what it says, and check this dataset by hand meanwhile.`,
    ),
  STALE_CHECK: (w, e) =>
    e.aheadAt === null
      ? said(
          `Last checked ${w.duration(e.ageSeconds)} ago; the schedule is every ${w.duration(e.intervalSeconds)}. It was ${e.lastHealth} then.`,
          'Check now, and see in Runs why scheduled checks did not happen.',
        )
      : said(
          `The last check is dated ${w.time(e.aheadAt)}, in the future: the clock of the witness was ahead. It was ${e.lastHealth} then.`,
          'Set the clock of the witness (NTP), then check now.',
        ),
  NOT_CHECKED: (w, e) => notChecked(w, e),
}

function notChecked(w: Words, e: Evidence<'NOT_CHECKED'>) {
  if (e.kind === 'never') return said('Not checked yet.', 'Check now, or wait for the next scheduled check.')
  return said(
    `${e.host} could not be read: ${stripStop(e.message)}. What was not read is not known.${lastGood(w, e.lastLookAt)}`,
    'Cure what the message says, then check again.',
  )
}

function lastGood(words: Words, lastLookAt: number | null): string {
  return lastLookAt === null ? '' : ` Last good check ${words.time(lastLookAt)}.`
}

/** Fault texts are sentences of their own; inside another one their full stop would stand twice. */
function stripStop(text: string): string {
  return text.replace(/[.\s]+$/, '')
}
