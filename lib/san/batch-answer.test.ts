import { describe, expect, test } from 'bun:test'
import type { BatchResult, CommandResult } from '#lib/ssh/types.ts'
import { groupAnswers, groupCommand } from './batch-answer.ts'

const group = { id: 'datasets0', names: ['tank/a', 'tank/b'] }

function batch(results: readonly Partial<CommandResult>[], fault: BatchResult['fault'] = null): BatchResult {
  const whole = results.map((result) => ({ id: '', exitCode: 0, stdout: '', stderr: '', ...result }))
  return { host: 'h', fault, durationMs: 1, results: new Map(whole.map((result) => [result.id, result])) }
}

describe('what a host answered for a group of datasets', () => {
  test('is asked for together, and one by one where that fails', () => {
    expect(groupCommand(group, (names) => ['zfs', 'list', ...names])).toEqual({
      id: 'datasets0',
      argv: ['zfs', 'list', 'tank/a', 'tank/b'],
      onFailure: [
        { id: 'datasets0.0', argv: ['zfs', 'list', 'tank/a'] },
        { id: 'datasets0.1', argv: ['zfs', 'list', 'tank/b'] },
      ],
    })
  })

  test('one that is missing blinds no other', () => {
    const answers = groupAnswers(
      batch([
        { id: 'datasets0', exitCode: 1, stdout: 'tank/a\n', stderr: "cannot open 'tank/b': dataset does not exist\n" },
        { id: 'datasets0.0', stdout: 'tank/a\n' },
        { id: 'datasets0.1', exitCode: 1, stderr: "cannot open 'tank/b': dataset does not exist\n" },
      ]),
      group,
    )
    expect(answers).toEqual([
      { names: ['tank/a'], output: 'tank/a\n' },
      { names: ['tank/b'], missing: true },
    ])
  })

  test('any other failure is unknown, and of that dataset alone', () => {
    const answers = groupAnswers(
      batch([
        { id: 'datasets0', exitCode: 1 },
        { id: 'datasets0.0', stdout: 'tank/a\n' },
        { id: 'datasets0.1', exitCode: 1, stderr: "cannot open 'tank/b': I/O error\n" },
      ]),
      group,
    )
    expect(answers[0]).toEqual({ names: ['tank/a'], output: 'tank/a\n' })
    expect(answers[1]).toMatchObject({ names: ['tank/b'], fault: { reason: 'NOT_CHECKED', kind: 'io-error' } })
  })

  test('a tree that lost a child while it was listed is not missing, and was not listed', () => {
    const stderr = "cannot open 'tank/a/child': dataset does not exist\n"
    const [answer] = groupAnswers(batch([{ id: 'tree0', exitCode: 1, stdout: 'tank/a\n', stderr }]), {
      id: 'tree0',
      names: ['tank/a'],
    })
    expect(answer).toMatchObject({ names: ['tank/a'], fault: { reason: 'NOT_CHECKED' } })
  })

  test('a listing whose end was not seen says nothing, however much of it came', () => {
    const [answer] = groupAnswers(batch([]), group)
    expect(answer).toMatchObject({ names: ['tank/a', 'tank/b'], fault: { kind: 'lost' } })
  })

  test('a failure without a word is no empty listing', () => {
    const [answer] = groupAnswers(batch([{ id: 'datasets0', exitCode: 1 }]), { id: 'datasets0', names: ['tank/a'] })
    expect(answer).toMatchObject({ fault: { kind: 'unrecognised' } })
  })

  test('a property that the host does not know is told apart: it is asked again without it', () => {
    const stderr = "bad property list: invalid property 'snapshots_changed'\nusage: …\n"
    expect(groupAnswers(batch([{ id: 'datasets0', exitCode: 2, stderr }]), group)).toEqual([
      { names: group.names, badProperty: true },
    ])
  })
})
