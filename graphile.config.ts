import { workerPreset } from './src/cli/workerPreset.ts'
import { loadConfig } from './src/config.ts'

/** Makes the stock `graphile-worker` command a Sluice worker; settings come from the environment. */
export default workerPreset(loadConfig())
