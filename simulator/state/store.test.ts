import { afterEach, beforeEach, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { residentDirectory } from '../install.ts'
import { makeTestSans, type TestSans, until } from '../testing/sans.ts'

let sans: TestSans
beforeEach(() => {
  sans = makeTestSans()
})
afterEach(() => sans.close())

test('many at once: every change is there, none twice', async () => {
  const workers = [1, 2, 3, 4].map((worker) =>
    sans.start(
      `for i in 1 2 3 4 5 6; do zfs create tank/w${worker}-$i && zfs snapshot tank/w${worker}-$i@s || exit 1; done`,
    ),
  )
  expect(await Promise.all(workers.map((one) => one.exited))).toEqual([0, 0, 0, 0])
  expect(sans.sh('zfs list -H -o name -t snapshot -r tank | wc -l').stdout.trim()).toBe('24')
  expect(sans.sh('zfs list -Hp -o createtxg -r tank | sort | uniq -d').stdout).toBe('')
}, 300_000)

test('killed at any moment the state is whole, and the lock is free', async () => {
  sans.a.dataset.create('tank/d')
  for (let round = 0; round < 12; round++) {
    const busy = sans.start(
      'i=0; while :; do i=$((i+1)); zfs snapshot tank/d@$$-$i; zfs destroy tank/d@$$-$((i-1)); done',
    )
    await until(() => sans.sh(`zfs list -H -o name -t snapshot tank/d | grep -c @${busy.pid}-`).exitCode === 0)
    // Some other moment each time. It is the resident that writes; its client and their loop go with it.
    await Bun.sleep(round * 7)
    const resident = Number(readFileSync(join(residentDirectory, 'pid'), 'utf8'))
    const pids = sans.sh(`pgrep -P ${busy.pid}`).stdout.trim().split('\n').filter(Boolean)
    for (const pid of [resident, busy.pid, ...pids]) {
      try {
        process.kill(Number(pid), 'SIGKILL')
      } catch (error) {
        // It ended by itself in the meantime.
        expect((error as { code?: string }).code).toBe('ESRCH')
      }
    }
    await busy.exited
    const names = sans.sh('zfs list -H -o name,guid -t snapshot tank/d')
    expect(names.exitCode).toBe(0)
    expect(sans.sh(`timeout 60 zfs snapshot tank/d@round-${round}`).exitCode).toBe(0)
  }
  expect(sans.sh('zfs list -H -o name -t snapshot tank/d | grep -c round').stdout.trim()).toBe('12')
}, 300_000)

test('a batch that throws changes nothing', () => {
  expect(() =>
    sans.a.batch(() => {
      sans.a.dataset.create('tank/x')
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(sans.sh('zfs list -H -o name -r tank').stdout).toBe('tank\n')
})

test('an exported pool is not there, and comes back whole', () => {
  sans.a.snapshot('tank@s')
  sans.a.setPool('tank', { imported: false })
  expect(sans.sh('zfs list -H tank').stderr).toBe("cannot open 'tank': dataset does not exist\n")
  expect(sans.sh('zpool list -H tank').stderr).toBe("cannot open 'tank': no such pool\n")
  sans.a.setPool('tank', { imported: true, health: 'DEGRADED' })
  expect(sans.sh('zfs list -H -o name -t snapshot -r tank').stdout).toBe('tank@s\n')
  expect(sans.sh('zpool list -H -o health').stdout).toBe('DEGRADED\n')
  expect(sans.sh('zpool status -x').stdout).toContain('state: DEGRADED')
})
