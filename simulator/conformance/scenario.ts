/**
 * The one script of commands that real OpenZFS and the simulator must answer alike.
 *
 * Each line is one step, run by `sh` with these at hand: `$A` and `$B` (datasets of the scenario's own in two
 * pools), `$P` and `$Q` (those pools), `$T` (an empty directory), `fill DATASET BYTES` (writes incompressible
 * data), `admin COMMAND…` (runs it as an unprivileged user). Lines beginning with `:` set the stage and are not compared.
 */
export interface Scenario {
  readonly name: string
  readonly lines: readonly string[]
}
