import type { Command } from '../command.ts'
import { HOST_OPTION, hostOf, PORT_OPTION, portOf } from './serve.ts'

export const demo: Command = {
  name: 'demo',
  summary: 'Run the service with simulated SANs in a temporary directory: nothing is real.',
  usage: '[--host ADDRESS] [--port N]',
  operands: [0, 0],
  options: [HOST_OPTION, PORT_OPTION],
  run: (args, { loaders, io, out }) =>
    loaders.demo({
      host: hostOf(args, io.env),
      port: portOf(args, io.env),
      onReady: (url) => out.note(`The demo listens on ${url}; Ctrl-C ends it.`),
    }),
}
