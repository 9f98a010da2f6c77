/**
 * The system's calls that the product uses beyond `files.ts`, from `node:fs`. Nothing else of it is used, and only this room
 * may import it (tests/boundaries/rooms.ts).
 *
 * Of these @deno/shim-deno 0.19.2 has no form: `statfs`, `existsSync`, `throwIfNoEntry` (a file that is not there has no size,
 * and is no error), the `constants` of open(2), a remove that is `unlink` and nothing else. Its error for a file that exists
 * has no `code`, while its other errors keep theirs: code that works with descriptors, or must be done before the process may
 * end (log lines, the database's lock and files), reads `code` and would have to know two kinds. So all of its calls come
 * from here, those that the shim has as well.
 */
export {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
export { stat, statfs, unlink } from 'node:fs/promises'
