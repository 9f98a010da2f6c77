import { isNotFound, writePiecesAtomic } from '#lib/host/files.ts'
import { bytesText, isoStamp } from '#lib/text/words.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { refuseToReplace } from './backup.ts'
import { readConfigFile } from './config.ts'

export const supportBundle: Command = {
  name: 'support-bundle',
  summary: 'Write what somebody needs who is asked for help: configuration, doctor, log, facts; no secrets.',
  usage: '[FILE] [--anonymous] [--no-doctor] [--force]',
  operands: [0, 1],
  proposes: ['file'],
  options: [
    { name: 'anonymous', summary: 'Names of hosts, datasets, users, and addresses are replaced: host-1, dataset-2.' },
    { name: 'no-doctor', summary: 'Without the doctor, which asks every SAN.' },
    { name: 'force', summary: 'Replace FILE where it is there.' },
  ],
  help: [
    'A .tar.gz of JSON files, on this machine, for its owner alone; each is named on the screen. Look into it before you send it: tar xzf FILE.',
    'Secrets are masked by the schema of the configuration, and what looks like one is taken out of everything else. With --anonymous the same name is the same number everywhere; names of snapshots stay, what people typed as a reason goes; where not every name is known, nothing is written.',
    'While the service runs or not. What cannot be had is named with why.',
  ],
  async run(args, context) {
    const { out, io, settings } = context
    const file = args.operands[0] ?? `zwitness-support-${isoStamp(io.now())}.tar.gz`
    await refuseToReplace(file, args.flag('force'))
    const read = await readConfigFile(settings)
    const [{ collect }, { secretValues }, { secretRemover }, { nameReplacer }] = await Promise.all([
      import('../bundle.ts'),
      import('#config/secret-values.ts'),
      import('#lib/upkeep/bundle/secrets.ts'),
      import('#lib/upkeep/bundle/names.ts'),
    ])
    const { parts, missing, names, unnamed } = await collect(context, read, !args.flag('no-doctor'))
    if (args.flag('anonymous') && unnamed.length > 0)
      throw new Failure(EXIT.FAILED, 'Not every name is known that has to be replaced. Nothing was written.', {
        lines: unnamed.map(({ name, why }) => `${name}: ${why}`),
        next: 'the same as an admin, with a configuration that has no faults; or without --anonymous',
      })
    const clean = secretRemover(secretValues(read))
    const replace = args.flag('anonymous') ? nameReplacer(names) : <T>(document: T): T => document
    const made = (document: unknown): string => `${JSON.stringify(replace(clean(document)), null, 1)}\n`
    const contents = {
      files: parts.map(({ name, about }) => ({ name, about })),
      missing,
      anonymous: args.flag('anonymous'),
    }
    const texts = [
      { name: 'contents.json', about: 'this list', text: made(contents) },
      ...parts.map(({ name, about, document }) => ({ name, about, text: made(document) })),
    ]
    const folder = 'zwitness-support'
    const archive = new Bun.Archive(Object.fromEntries(texts.map(({ name, text }) => [`${folder}/${name}`, text])), {
      compress: 'gzip',
    })
    const bytes = await archive.bytes()
    await writePiecesAtomic(file, [bytes]).catch((cause: unknown) => {
      const why = isNotFound(cause) ? 'there is no such directory' : cause instanceof Error ? cause.message : cause
      throw new Failure(EXIT.FAILED, `${file} was not written: ${why}.`, { cause })
    })
    const sized = texts.map(({ name, about, text }) => ({ name, about, bytes: Buffer.byteLength(text) }))
    if (out.format === 'json') out.json('support-bundle/1', { file, bytes: bytes.length, ...contents, files: sized })
    else if (out.format === 'plain') for (const each of sized) out.record([each.name, each.bytes, each.about])
    else {
      out.table(
        ['FILE', 'SIZE', 'WHAT'].map((title) => ({ title })),
        sized.map((each) => [each.name, bytesText(each.bytes), each.about]),
      )
      out.line(
        `${file}: ${bytesText(bytes.length)}${contents.anonymous ? ', names replaced' : ', with the names of hosts, datasets and users (--anonymous replaces them)'}.`,
      )
    }
    for (const { name, why } of missing) out.note(`Not in it: ${name}. ${why}`)
    return EXIT.DONE
  },
}
