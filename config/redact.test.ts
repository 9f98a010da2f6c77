import { expect, test } from 'bun:test'
import { redactText } from './redact.ts'

const HASH = '$argon2id$v=19$m=4096,t=2,p=1$abc$def'

test('secrets and unknown keys are masked, everything else stands as it was written', () => {
  const text = `# the password was hunter2
san_hosts:
  hqs8: { hostname: hqs8.storage.local, ssh_user: zfsadmin }   # here
auth:
  users:
    anna: { role: admin, password_hash: '${HASH}' }
notify:
  token: tk_secret
`
  const shown = redactText(text)
  expect(shown).not.toContain('argon2id')
  expect(shown).not.toContain('tk_secret')
  expect(shown).not.toContain('hunter2')
  expect(shown).toContain('  hqs8: { hostname: hqs8.storage.local, ssh_user: zfsadmin }')
  expect(shown).toContain('anna: { role: admin, password_hash: *** }')
})

test('of what is no YAML nothing is shown', () => expect(redactText('a: [1, {')).toBeNull())
