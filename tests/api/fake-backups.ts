import type { Backups } from '#lib/upkeep/backups.ts'
import { NOW } from './fake-config.ts'

/** One nightly copy, of yesterday. */
export function fakeBackups(): Backups {
  const file = { name: 'zwitness-2026-11-21.sqlite', at: NOW - 86_400_000, bytes: 2 ** 20 }
  return {
    nightly: async () => ({ file: `/data/backups/${file.name}`, bytes: file.bytes, removed: [] }),
    copy: async () => ({ bytes: 7, stream: new Response('SQLite ').body as ReadableStream<Uint8Array> }),
    facts: async () => ({
      schemaVersion: 1,
      integrity: 'ok',
      bytes: 2 ** 20,
      pageBytes: 4096,
      pages: 256,
      freePages: 0,
      tables: [{ name: 'run', rows: 7 }],
    }),
    state: () => ({ directory: '/data/backups', files: [file], failure: null }),
  }
}
