import { beforeEach, describe, expect, test } from 'bun:test'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'

/* lib/setup/release in a checkout of its own, with an engine that only notes what it is told. */
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
const TOKEN = 'a-token-that-nobody-sees'
let place = ''

function git(...words: readonly string[]): string {
  const as = ['-c', 'user.name=somebody', '-c', 'user.email=somebody@example.org', '-c', 'commit.gpgsign=false']
  const { exitCode, stdout, stderr } = Bun.spawnSync(['git', ...as, ...words], { cwd: place })
  if (exitCode !== 0) throw new Error(`git ${words.join(' ')}: ${stderr}`)
  return stdout.toString().trim()
}

beforeEach(() => {
  place = temporaryDirectory()
  mkdirSync(join(place, 'lib', 'setup'), { recursive: true })
  for (const each of [
    'Dockerfile',
    'package.json',
    'package-lock.json',
    'CHANGELOG.md',
    'lib/setup/release',
    'lib/setup/sbom',
  ])
    copyFileSync(each, join(place, each))
  for (const name of ['docker', 'podman']) {
    const file = join(place, 'engines', name)
    mkdirSync(join(place, 'engines'), { recursive: true })
    // Nothing is there yet, whatever it is asked for; what comes on stdin is noted too.
    const stdin = 'case $1 in login) echo "stdin $(cat)" >>"$0.said" ;; esac'
    writeFileSync(
      file,
      `#!/bin/sh\necho "$*" >>"$0.said"\n${stdin}\ncase "$1 $2" in "buildx inspect" | "manifest exists") exit 1 ;; esac\n`,
    )
    chmodSync(file, 0o755)
  }
  writeFileSync(join(place, '.gitignore'), 'dist\nengines\n')
  git('init', '--quiet', '--initial-branch=main')
  git('add', '-A')
  git('commit', '--quiet', '-m', 'all of it')
})

function release(engine: 'docker' | 'podman', words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { PATH = '', HOME = '' } = process.env
  const { exitCode, stdout, stderr } = Bun.spawnSync([join(place, 'lib/setup/release'), ...words], {
    env: { PATH, HOME, ENGINE: join(place, 'engines', engine), ...env },
    stdin: 'ignore',
  })
  const said = join(place, 'engines', `${engine}.said`)
  return {
    code: exitCode,
    out: stdout.toString().replaceAll(`${place}/engines/`, ''),
    err: stderr.toString(),
    told: existsSync(said) ? readFileSync(said, 'utf8').trimEnd().split('\n') : [],
  }
}

describe('--dry-run', () => {
  test.each([
    ['docker', `docker buildx build --builder zwitness-release --platform linux/amd64,linux/arm64 --pull `],
    ['podman', `podman build --format docker --platform linux/amd64,linux/arm64 --manifest zwitness:${version} `],
  ] as const)('with %s prints the commands, for both platforms, and changes nothing', (engine, command) => {
    const { code, out, told } = release(engine, ['--dry-run'])
    expect(code).toBe(0)
    expect(out).toContain(`+ ${command}`)
    expect(out).toContain(`+ lib/setup/sbom >dist/zwitness-${version}.sbom.cdx.json`)
    expect(out).not.toContain(' latest')
    expect(told.filter((line) => !/^(buildx inspect|manifest exists) /.test(line))).toEqual([])
    expect(existsSync(join(place, 'dist'))).toBe(false)
  })

  test('the image says what it is, from which commit, on which base', () => {
    const { out } = release('docker', ['--dry-run'], { SOURCE_URL: 'https://git.example/zwitness' })
    const labels = Object.fromEntries(
      [...out.matchAll(/--label '?org\.opencontainers\.image\.([\w.]+)=(.*?)'?(?= --| \.$)/gm)].map(
        ([, key, value]) => [key, value],
      ),
    )
    expect(labels).toMatchObject({
      title: 'zwitness',
      version,
      revision: git('rev-parse', 'HEAD'),
      created: git('log', '-1', '--format=%cI'),
      licenses: 'Apache-2.0',
      source: 'https://git.example/zwitness',
      'base.name': 'debian:bookworm-slim',
    })
    expect(readFileSync('Dockerfile', 'utf8')).toContain(`@${labels['base.digest']}`)
  })
})

describe('a release', () => {
  test('leaves the machine only with --push; the token goes by stdin and is shown nowhere', () => {
    const kept = release('docker', [])
    expect(kept.code).toBe(0)
    expect(kept.told.at(-1)).toContain(
      `--output type=oci,dest=dist/zwitness-${version}.oci.tar --tag zwitness:${version}`,
    )
    expect(kept.told.join()).not.toContain('--push')
    expect(JSON.parse(readFileSync(join(place, `dist/zwitness-${version}.sbom.cdx.json`), 'utf8')).bomFormat).toBe(
      'CycloneDX',
    )
    expect(readFileSync(join(place, 'dist/SHA256SUMS'), 'utf8')).toContain(`zwitness-${version}.sbom.cdx.json`)

    git('tag', `v${version}`)
    const name = 'registry.example/team/zwitness'
    const pushed = release('docker', ['--push', '--image', name], { REGISTRY_USER: 'somebody', REGISTRY_TOKEN: TOKEN })
    expect(pushed.code).toBe(0)
    expect(pushed.told).toContain(`stdin ${TOKEN}`)
    expect(pushed.told.filter((line) => line.includes(TOKEN))).toHaveLength(1)
    expect(pushed.out + pushed.err).not.toContain(TOKEN)
    expect(pushed.told.at(-1)).toContain(`--push --tag ${name}:${version} --tag ${name}:latest`)
  })

  test('with podman is one list of both images, in the format that has a health check', () => {
    git('tag', `v${version}`)
    const { code, told } = release('podman', ['--push', '--image', 'registry.example/zwitness'])
    expect(code).toBe(0)
    const push = (tag: string) =>
      `manifest push --all --format v2s2 registry.example/zwitness:${version} docker://registry.example/zwitness:${tag}`
    expect(told.slice(-2)).toEqual([push(version), push('latest')])
  })

  const REFUSED: readonly (readonly [
    title: string,
    words: readonly string[],
    prepare: () => void,
    code: number,
    says: string,
  ])[] = [
    [
      'changes that are not committed',
      [],
      () => writeFileSync(join(place, 'Dockerfile'), 'FROM x'),
      3,
      'not committed',
    ],
    ['a push of what has no tag', ['--push', '--image', 'r.example/z'], () => {}, 3, `git tag v${version}`],
    ['a push to no registry', ['--push', '--dry-run'], () => {}, 3, '--image registry.example/team/zwitness'],
    [
      'a version that the changelog does not know',
      ['--dry-run'],
      () => writeFileSync(join(place, 'CHANGELOG.md'), '## [Unreleased]\n'),
      3,
      `## [${version}]`,
    ],
    ['a name with a tag', ['--image', 'zwitness:1'], () => {}, 2, 'has a tag'],
    ['a name that is an option', ['--image', '--rm'], () => {}, 2, 'no name of an image'],
    ['a word that there is not', ['--force'], () => {}, 2, 'there is no "--force"'],
    ['an option without its value', ['--image'], () => {}, 2, 'wants a value'],
  ]
  test.each(REFUSED)('%s: refused, and nothing is begun', (_title, words, prepare, code, says) => {
    prepare()
    const refused = release('docker', words)
    expect([refused.code, refused.told]).toEqual([code, []])
    expect(refused.err).toContain(says)
    expect(existsSync(join(place, 'dist'))).toBe(false)
  })
})

test('the workflow only calls the script, and takes nothing that could change under its name', () => {
  const { on, jobs, permissions } = parse(readFileSync('.github/workflows/release.yml', 'utf8'))
  expect(on).toEqual({ push: { tags: ['v*'] } })
  expect(permissions).toEqual({ contents: 'read', packages: 'write' })
  const steps: readonly { readonly uses?: string; readonly run?: string }[] = jobs.release.steps
  for (const { uses } of steps.filter((step) => step.uses !== undefined))
    expect(uses).toMatch(/^actions\/checkout@[0-9a-f]{40}$/)
  const runs = steps.flatMap((step) => (step.run === undefined ? [] : [step.run]))
  expect(runs).toHaveLength(1)
  expect(runs[0]).toStartWith('lib/setup/release ')
})
