/** Steps that the simulator answers otherwise than OpenZFS, on purpose, and why. */
export const knownDifferences: Readonly<Record<string, string>> = {
  'zfs unmount $A/src; zfs send $A/src >$T/live; r=$?; test $(wc -c <$T/live) -gt 1000 && echo stream; exit $r':
    'A head without a snapshot cannot be sent: the product never does.',
}
