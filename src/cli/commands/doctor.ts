import type { Command } from 'commander'
import { loadConfig } from '../../config.ts'
import { examine } from '../../doctor/examine.ts'
import { S3Bucket } from '../../results/s3/bucket.ts'
import { clientAction } from '../client/clientAction.ts'
import { wholeNumber } from '../client/optionValues.ts'
import { renderFindings } from '../client/renderFindings.ts'
import { exitCodes } from '../exitCodes.ts'
import { requireDatabase } from '../requireDatabase.ts'

interface Options {
  hours: number
  all?: boolean
  verifyResults?: boolean
  sources: boolean
  strict?: boolean
  json?: boolean
}

const hourMs = 3_600_000

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('Look for what is wrong with a live system and say what to do; exits with 1 if there are errors')
    .option('--hours <number>', 'look at queries that ended within so many hours', wholeNumber(0), 24)
    .option('--all', 'look at all queries, however old')
    .option('--verify-results', 'read every chunk of every result and compare it with its checksum')
    .option('--no-sources', 'do not connect to the sources')
    .option('--strict', 'exit with 1 if there are warnings, too')
    .option('--json', 'print checks and findings as JSON')
    .addHelpText('after', '\nIt works on the control database that DATABASE_URL names, and changes nothing.')
    .action(({ hours, all = false, verifyResults = false, sources, strict = false, json = false }: Options) =>
      clientAction(async () => {
        const config = requireDatabase(loadConfig())
        const bucket = config.s3 && new S3Bucket(config.s3)
        const report = await examine(config.databaseUrl, {
          since: all ? null : new Date(Date.now() - hours * hourMs),
          verifyResults,
          withSources: sources,
          bucket,
        }).finally(() => bucket?.close())
        console.log(json ? JSON.stringify(report, null, 2) : renderFindings(report))
        const isBad = report.findings.some(({ level }) => strict || level === 'error')
        return isBad ? exitCodes.failed : exitCodes.succeeded
      }),
    )
}
