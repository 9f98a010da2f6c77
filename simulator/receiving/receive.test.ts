import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { decodeToken } from '../stream/token.ts'
import { makeTestSans, type TestSans, until } from '../testing/sans.ts'

setDefaultTimeout(600_000)

let sans: TestSans
beforeEach(() => {
  sans = makeTestSans()
  sans.a.dataset.create('tank/p')
  sans.a.snapshot('tank/p@s1', { bytes: 3_000_000 })
  sans.a.snapshot('tank/p@s2', { bytes: 20_000_000 })
})
afterEach(() => sans.close())

const isReceiving = () => sans.sh('$B zfs list -H -o name bank/b/%recv').exitCode === 0
const token = () => sans.sh('$B zfs get -H -o value receive_resume_token bank/b').stdout.trim()

test('what arrives is what was sent', () => {
  expect(sans.sh('zfs send tank/p@s1 | $B zfs receive -s -u bank/b').exitCode).toBe(0)
  expect(sans.sh('zfs send -I @s1 tank/p@s2 | $B zfs receive -s -u bank/b').exitCode).toBe(0)
  expect(sans.b.content('bank/b@s2')).toEqual(sans.a.content('tank/p@s2'))
  expect(sans.b.content('bank/b@s2').bytes).toBe(23_000_000)
})

test('history copied in process is the same as history sent', () => {
  sans.a.replicate('tank/p', sans.b, 'bank/b', 's1')
  expect(sans.sh('zfs send -i @s1 tank/p@s2 | $B zfs receive -s -u bank/b')).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: '',
  })
  expect(sans.b.content('bank/b@s2')).toEqual(sans.a.content('tank/p@s2'))
})

test('an increment from a bookmark leaves out what the destroyed snapshot held', () => {
  sans.a.replicate('tank/p', sans.b, 'bank/b', 's1')
  sans.a.bookmark('tank/p@s1', 'mark')
  sans.a.forget('tank/p@s1')
  expect(sans.sh('zfs send -i tank/p#mark tank/p@s2 | $B zfs receive -s -u bank/b').exitCode).toBe(0)
  expect(sans.b.content('bank/b@s2')).toEqual(sans.a.content('tank/p@s2'))
})

test('a garbled byte breaks the receive, and the rest completes it', () => {
  sans.a.replicate('tank/p', sans.b, 'bank/b', 's1')
  sans.a.misbehave({ rules: [{ match: '^zfs send -i', garbleByte: 5_000_000 }] })
  const broken = sans.sh('zfs send -i @s1 tank/p@s2 | $B zfs receive -s -u bank/b')
  expect(broken.stderr).toStartWith(
    'cannot receive incremental stream: checksum mismatch or incomplete stream.\nPartially received',
  )
  expect(sans.sh(`zfs send -t ${token()} | $B zfs receive -s -u bank/b`).exitCode).toBe(0)
  expect(sans.b.content('bank/b@s2')).toEqual(sans.a.content('tank/p@s2'))
})

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`${signal} to the receiver leaves a token that finishes the job`, async () => {
    sans.a.replicate('tank/p', sans.b, 'bank/b', 's1')
    // Slow enough to save some progress before it stalls, and only once: what tries to receive beside it is refused.
    const rule = { match: '^zfs receive', bytesPerSecond: 16_000_000, stallAfterBytes: 12_000_000, times: 1 }
    sans.b.misbehave({ rules: [rule] })
    const file = sans.sh('mktemp').stdout.trim()
    sans.sh(`zfs send -i @s1 tank/p@s2 >${file}`)
    const receiver = sans.start(`exec $B zfs receive -s -u bank/b <${file}`)
    await until(isReceiving)
    await until(() => decodeToken(token()).bytes > 0)
    expect(sans.sh('$B zfs receive -A bank/b').stderr).toBe("cannot destroy 'bank/b/%recv': dataset is busy\n")
    expect(sans.sh(`$B zfs receive -s -u bank/b <${file}`).stderr).toContain('contains partially-complete state')
    receiver.kill(signal)
    await receiver.exited
    sans.b.misbehave({})
    expect(sans.sh(`zfs send -t ${token()} | $B zfs receive -s -u bank/b`)).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    })
    expect(sans.b.content('bank/b@s2')).toEqual(sans.a.content('tank/p@s2'))
    sans.sh(`rm -f ${file}`)
  })
}

test('without -s a killed receiver leaves nothing', async () => {
  sans.b.misbehave({ rules: [{ match: '^zfs receive', stallAfterBytes: 4_000_000 }] })
  const receiver = sans.start('exec $B zfs receive -u bank/b < <(zfs send tank/p@s2)')
  await until(() => sans.sh('$B zfs list -H bank/b').exitCode === 0)
  receiver.kill('SIGKILL')
  await receiver.exited
  expect(sans.sh('$B zfs list -H bank/b').stderr).toBe("cannot open 'bank/b': dataset does not exist\n")
})

test('the sender dies of SIGPIPE when its reader goes away', () => {
  expect(sans.sh('zfs send tank/p@s2 | head -c 1000 >/dev/null; echo $PIPESTATUS').stdout).toBe('141\n')
})

test('a snapshot that is being sent is busy, its base is not', async () => {
  sans.a.misbehave({ rules: [{ match: '^zfs send', bytesPerSecond: 2_000_000 }] })
  const sender = sans.start('exec zfs send -v -P -i @s1 tank/p@s2 >/dev/null')
  await until(() => sans.sh('zfs destroy -n tank/p@s2 && ls "$ZWITNESS_SIM_DIR" | grep send-').exitCode === 0)
  expect(sans.sh('zfs destroy tank/p@s2').stderr).toBe('cannot destroy snapshot tank/p@s2: dataset is busy\n')
  expect(sans.sh('zfs destroy tank/p@s1').exitCode).toBe(0)
  let told = ''
  for await (const chunk of sender.stderr) {
    told += new TextDecoder().decode(chunk)
    // It says the time each second.
    if (/\d\d:\d\d:\d\d\t.*\n/.test(told)) break
  }
  sender.kill('SIGKILL')
  await sender.exited
  const lines = told.split('\n')
  expect(lines[1]).toMatch(/^size\t20000624$/)
  expect(lines[2]).toMatch(/^\d\d:\d\d:\d\d\t\d+\ttank\/p@s2$/)
  expect(sans.sh('zfs destroy tank/p@s2').exitCode).toBe(0)
})

test('a full pool stops a receive, keeps the state, and goes on when there is room', () => {
  sans.b.setPool('bank', { size: 20_000_000 })
  expect(sans.sh('zfs send tank/p@s2 | $B zfs receive -s -u bank/b').stderr).toBe(
    'cannot receive new filesystem stream: out of space\n',
  )
  sans.b.setPool('bank', { size: 1e9 })
  expect(sans.sh(`zfs send -t ${token()} | $B zfs receive -s -u bank/b`).exitCode).toBe(0)
  expect(sans.b.content('bank/b@s2')).toEqual(sans.a.content('tank/p@s2'))
})

test('what is being received for the first time takes no snapshot, whoever asks', async () => {
  sans.b.misbehave({ rules: [{ match: '^zfs receive', bytesPerSecond: 2_000_000 }] })
  const receiver = sans.start('exec $B zfs receive -s -u bank/b < <(zfs send tank/p@s2)')
  await until(() => sans.sh('$B zfs list -H bank/b').exitCode === 0)
  expect(sans.sh('$B zfs snapshot bank/b@own').stderr).toBe("cannot create snapshot 'bank/b@own': dataset is busy\n")
  expect(() => sans.b.snapshot('bank/b@own', { bytes: 1000 })).toThrow('dataset is busy')
  receiver.kill('SIGKILL')
  await receiver.exited
  // What is left of it is busy too.
  expect(() => sans.b.snapshot('bank/b@own')).toThrow('dataset is busy')
  sans.b.misbehave({})
  expect(sans.sh(`zfs send -t ${token()} | $B zfs receive -s -u bank/b`).exitCode).toBe(0)
  expect(sans.b.content('bank/b@s2')).toEqual(sans.a.content('tank/p@s2'))
}, 300_000)

test('a raw increment can start from a bookmark', () => {
  const encrypted = { encryption: 'aes-256-gcm', keyformat: 'passphrase' }
  sans.a.dataset.create('tank/e', { passphrase: 'a secret of theirs', properties: encrypted })
  sans.a.snapshot('tank/e@s1', { bytes: 1000 })
  sans.a.snapshot('tank/e@s2', { bytes: 1000 })
  sans.a.bookmark('tank/e@s1', 'mark')
  expect(sans.sh('zfs send -w tank/e@s1 | $B zfs receive -s -u bank/e').exitCode).toBe(0)
  sans.a.forget('tank/e@s1')
  expect(sans.sh('zfs bookmark tank/e#mark tank/e#again').exitCode).toBe(0)
  expect(sans.sh('zfs send -w -i tank/e#again tank/e@s2 | $B zfs receive -s -u bank/e').stderr).toBe('')
  expect(sans.b.content('bank/e@s2')).toEqual(sans.a.content('tank/e@s2'))
})
