interface Size {
  readonly datasets: number
  readonly snapshots: number
}

export function datasetNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `tank/data/vm-${index}`)
}

/** What `zfs list` prints for the snapshots of so many datasets. @returns its bytes */
export async function writeListing(file: string, { datasets, snapshots }: Size): Promise<number> {
  const writer = Bun.file(file).writer({ highWaterMark: 1 << 20 })
  let bytes = 0
  for (const [index, name] of datasetNames(datasets).entries()) {
    const lines: string[] = []
    for (let number = 0; number < snapshots; number++) {
      const guid = (1_000_003n * BigInt(index + 1) + BigInt(number) * 7_919_000_000_003n).toString()
      lines.push(
        `${name}@auto-2026-01-01_00-00-${number}\tsnapshot\t${guid}\t${1000 + number}\t${1_700_000_000 + number}\t0\n`,
      )
    }
    bytes += await writer.write(lines.join(''))
  }
  await writer.end()
  return bytes
}
