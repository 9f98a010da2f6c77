import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterThisTest } from './after-this-test.ts'

/** A directory for the test that runs now, gone with all that is in it when the test has ended. */
export function temporaryDirectory(prefix = 'zw-test-'): string {
  const directory = mkdtempSync(join(tmpdir(), prefix))
  afterThisTest(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
