import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Lab, root, tryRoot } from './lab.ts'

/**
 * Debian's own syncoid, as it is packaged, on the machine with real OpenZFS. It is one Perl script; what it needs and the
 * machine's small Perl has not is taken along from here.
 */
const PLACE = '/tmp/syncoid-kit'
const PACKAGES = ['sanoid', 'libcapture-tiny-perl']
/** Of Perl itself, and Debian's smallest Perl leaves them out. */
const MODULES = ['Data::Dumper', 'Time::Local', 'Sys::Hostname']
/** It prints how syncoid is called, for which the real one needs half of Perl: where that is printed, a test has failed. */
const POD_USAGE = `package Pod::Usage; use Exporter 'import'; our @EXPORT = ('pod2usage');
sub pod2usage { print STDERR "syncoid was called in a way that it does not know\\n"; exit 2 } 1;
`

/** Brings it there. @returns why that cannot be done; null: it is there */
export async function bringSyncoid(lab: Lab): Promise<string | null> {
  const missing = ['perl', 'tar'].filter((program) => Bun.which(program) === null)
  if (missing.length > 0) return `${missing.join(' and ')} is missing here.`
  const directory = await mkdtemp(join(tmpdir(), 'zw-syncoid-'))
  try {
    const kit = join(directory, 'kit')
    await mkdir(kit)
    const found = await fromPackages(directory)
    if (found !== null) return found
    await withModules(kit)
    const packed = await run(['tar', 'czf', '-', '-C', kit, '.'], directory)
    if (packed.code !== 0) return `tar: ${packed.err}`
    await root(
      lab,
      `mkdir -p ${PLACE}; base64 -d <<'KIT' | tar xzf - -C ${PLACE}\n${packed.bytes.toString('base64')}\nKIT`,
    )
    const version = await tryRoot(lab, `${syncoid('--version')} 2>&1`)
    return version.out.includes('version') ? null : `It does not run there: ${version.out}${version.err}`
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** A shell command on that machine. Its own modules come last, so that none hides one of the machine's. */
export function syncoid(words: string): string {
  const start = `push @INC, "${PLACE}"; $0 = "${PLACE}/syncoid"; do "${PLACE}/syncoid"; die $@ || $!`
  return `perl -e '${start}' -- ${words}`
}

/** From the archive of this machine; nothing is installed. */
async function fromPackages(directory: string): Promise<string | null> {
  if (Bun.which('apt-get') === null || Bun.which('dpkg-deb') === null)
    return "syncoid comes from Debian's package sanoid, and there is no apt-get here."
  const got = await run(['apt-get', 'download', ...PACKAGES], directory)
  if (got.code !== 0) return `apt-get download ${PACKAGES.join(' ')} (after apt-get update?): ${got.err.trim()}`
  const unpack = `for d in *.deb; do dpkg-deb -x "$d" x; done; cp x/usr/sbin/syncoid kit/; cp -r x/usr/share/perl5/Capture kit/`
  const unpacked = await run(['sh', '-ec', unpack], directory)
  return unpacked.code === 0 ? null : unpacked.err
}

/** The files of these modules and of what they load, out of this machine's Perl. */
async function withModules(kit: string): Promise<void> {
  await mkdir(join(kit, 'Pod'))
  await Bun.write(join(kit, 'Pod', 'Usage.pm'), POD_USAGE)
  const print = 'for (sort keys %INC) { print "$_\\t$INC{$_}\\n" if m{^(Data/Dumper|Time/Local|Sys/Hostname)} }'
  const listed = await run(['perl', ...MODULES.map((name) => `-M${name}`), '-e', print], kit)
  for (const line of listed.bytes.toString().split('\n')) {
    const [name, file] = line.split('\t')
    if (name === undefined || file === undefined) continue
    await mkdir(join(kit, name, '..'), { recursive: true })
    await Bun.write(join(kit, name), Bun.file(file))
  }
}

async function run(argv: readonly string[], cwd: string): Promise<{ code: number; bytes: Buffer; err: string }> {
  const child = Bun.spawn([...argv], { cwd, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const [bytes, err, code] = await Promise.all([
    new Response(child.stdout).arrayBuffer(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, bytes: Buffer.from(bytes), err }
}
