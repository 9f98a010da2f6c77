/** What the image says of itself, as `docker inspect` would show it. */
export interface ImageConfig {
  readonly User: string
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly Cmd: readonly string[]
  readonly WorkingDir: string
  readonly Volumes: Readonly<Record<string, unknown>>
  readonly ExposedPorts: Readonly<Record<string, unknown>>
  readonly Healthcheck: { readonly Test: readonly string[] }
}

const NAME = 'localhost/zwitness'
const BUILDAH = `${import.meta.dir}/buildah`

/** The built image, with one working container: a copy of its files that lasts until `remove`. */
export class Image {
  readonly config: ImageConfig
  readonly container: string
  /** Where the files of the working container are. */
  readonly root: string

  constructor() {
    this.config = JSON.parse(buildah('inspect', '--type', 'image', NAME)).Docker.config
    this.container = buildah('from', '--pull-never', NAME)
    this.root = buildah('mount', this.container)
    // At random, buildah mounts its own volume over the one that it is given: it must not know of any.
    const volumes = Object.keys(this.config.Volumes).flatMap((path) => ['--volume', `${path}-`])
    buildah('config', ...volumes, this.container)
  }

  /** Words for Bun.spawn that call buildah. */
  buildah(...words: readonly string[]): string[] {
    return [BUILDAH, ...words]
  }

  remove(): void {
    buildah('rm', this.container)
  }
}

/** @returns what it printed. @throws with what it complained of */
function buildah(...words: readonly string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([BUILDAH, ...words], { stdin: 'ignore' })
  if (exitCode !== 0) throw new Error(`buildah ${words.join(' ')} ended with ${exitCode}: ${stderr}`)
  return stdout.toString().trim()
}
