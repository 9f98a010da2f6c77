import type { Config } from '#config/effective.ts'
import { faultLine } from '#config/faults.ts'
import { configFile, type ReadConfig, readConfig } from '#config/read.ts'
import { EXIT } from './exit-codes.ts'
import { Failure } from './failure.ts'
import type { Settings } from './settings.ts'

/** Reads and judges the file itself; needs neither a service nor the data directory. */
export function readConfigFile({ configDirectory }: Pick<Settings, 'configDirectory'>, file?: string): ReadConfig {
  return readConfig({ file: file ?? configFile({ ZWITNESS_CONFIG_DIR: configDirectory }) })
}

/** @throws Failure 9 with every fault */
export function validConfig(settings: Pick<Settings, 'configDirectory'>): Config {
  const { file, loaded } = readConfigFile(settings)
  if (loaded.faults === undefined) return loaded.config
  throw new Failure(EXIT.CONFIG, `The configuration ${file} is not valid.`, {
    lines: loaded.faults.map(faultLine),
    next: 'zwitness config check',
  })
}
