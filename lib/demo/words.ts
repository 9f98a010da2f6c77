import { DEMO_LOGINS } from './logins.ts'
import type { ScenarioPair } from './scenario.ts'

const BAR = '─'.repeat(78)

export function standInWarning(): string {
  return [
    BAR,
    'There is no sshd on this machine, so a STAND-IN takes the place of ssh: commands run',
    'here, without any connection, key or host key. What goes over ssh is NOT shown by this.',
    'For the real path:  apt-get update && apt-get install -y openssh-server openssh-client',
    BAR,
  ].join('\n')
}

export function readyText(url: string, dataDirectory: string, pairs: readonly ScenarioPair[], command: string): string {
  const datasets = pairs.reduce((sum, { scenarios }) => sum + scenarios.length, 0)
  return [
    '',
    BAR,
    `  zwitness demo: ${url}/`,
    `  Simulated SANs, ${datasets} lines of configuration, nothing is real. Ctrl-C ends it and leaves nothing behind.`,
    '',
    '  Sign in as              with the password',
    ...DEMO_LOGINS.map(({ name, password }) => `    ${name.padEnd(20)}  ${password}`),
    BAR,
    'The first check takes some seconds; then one dataset repairs itself (hqs8-hqs1.HQS8DAT5), and',
    'things go on happening. What to try next, in another terminal:',
    '',
    `  export ZWITNESS_DATA_DIR=${dataDirectory}`,
    '  ask() { curl -s --unix-socket "$ZWITNESS_DATA_DIR/zwitness.sock" "$@"; }',
    '  ask http://zwitness/api/status',
    '  ask -X POST http://zwitness/api/datasets/hqs8-hqs1.HQS8VMS1/preview',
    '  ask -X POST http://zwitness/api/run',
    '  ask -N http://zwitness/api/events',
    '',
    `  ${command} status`,
    `  ${command} show hqs8-hqs1.HQS8VMS1`,
    `  ${command} preview hqs8-hqs1.HQS8NEW1`,
    `  ${command} repair hqs8-hqs1.HQS8NEW1 --wait`,
    '',
  ].join('\n')
}

export function portTaken(host: string, port: number, why: string): string {
  return `The demo cannot listen on ${host}:${port} (${why}). Give it another port: npm run demo -- --port ${port + 1}`
}
