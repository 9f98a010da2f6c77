import fc from 'fast-check'

/**
 * Before the first test of each file (bunfig.toml): properties are tried on the same examples each time, so that a failure
 * stays one until it is mended. `FC_SEED=n` tries others; a failure prints the seed it had.
 */
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_261_123) })
