import type { World } from '../beds/world.ts'

/** One login and one listing a host, both at once, then a join by guid: the least that says which snapshots are where. */
const SCRIPT = `
  list() { ssh -F "$1" "$2" "zfs list -Hp -r -t snapshot -o guid,name,creation $3" | LC_ALL=C sort > "$4"; }
  list "$1" p ppool "$2/p.list" & list "$1" b bpool "$2/b.list" & wait
  LC_ALL=C join "$2/p.list" "$2/b.list" | wc -l`

/** @returns how long it took, ms */
export async function lowerBound({ sshConfig, directory, datasets, snapshots }: World): Promise<number> {
  const began = performance.now()
  const child = Bun.spawn(['sh', '-c', SCRIPT, 'sh', sshConfig, directory], { stdout: 'pipe', stderr: 'pipe' })
  const [said, complaint] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  const took = performance.now() - began
  if (Number(said) !== datasets * snapshots)
    throw new Error(`The lower bound found ${said.trim()} common snapshots of ${datasets * snapshots}: ${complaint}`)
  return took
}
