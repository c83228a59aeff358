import type { Command } from 'commander'
import { describeConfig } from '../../config.ts'

export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description('Print the effective configuration, secrets hidden')
    .option('--json', 'as JSON')
    .action(({ json }: { json?: true }) => {
      const settings = describeConfig()
      if (json) {
        console.log(JSON.stringify(settings, null, 2))
        return
      }
      for (const { name, value, origin, takes } of settings) {
        console.log(`# Takes ${takes}.${origin === 'environment' ? '' : ` (${origin})`}\n${name}=${value}\n`)
      }
    })
}
