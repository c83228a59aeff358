import type { Command } from 'commander'
import { UsageError } from '../../errors.ts'
import type { Schedule } from '../client/apiTypes.ts'
import { clientAction } from '../client/clientAction.ts'
import type { UrlOption } from '../client/connect.ts'
import { addOperatorOptions, withOperators } from '../client/operators.ts'
import { wholeNumber } from '../client/optionValues.ts'
import { plainLine } from '../client/plainText.ts'
import { printFields } from '../client/printFields.ts'
import { printTable } from '../client/printTable.ts'
import { readSql } from '../client/readSql.ts'
import { addScheduleOptions, toScheduleChange, type ScheduleOptions } from '../client/scheduleOptions.ts'
import { exitCodes } from '../exitCodes.ts'

type Json = UrlOption & { json?: true }

export function addScheduleCommand(program: Command): void {
  const schedule = program
    .command('schedule')
    .description('Manage schedules: queries that are submitted again and again')
  addAdd(schedule)
  addSet(schedule)
  addLs(schedule)
  addShow(schedule)
  addHistory(schedule)
  addActions(schedule)
}

function addAdd(schedule: Command): void {
  const command = schedule
    .command('add')
    .description('Add a schedule')
    .argument('<name>', 'lower-case name')
    .argument('[sql]', 'one statement; - or nothing: read it from standard input')
  addOperatorOptions(addScheduleOptions(command)).action(
    (name: string, sql: string | undefined, options: ScheduleOptions & UrlOption) =>
      clientAction(async () => {
        const body = { name, ...toScheduleChange(options), sql: await readSql(sql, options.file) }
        const added = await withOperators(options, (operators) => operators.addSchedule(body))
        console.log(`Added schedule ${name}. ${nextLine(added)}`)
        return exitCodes.succeeded
      }),
  )
}

function addSet(schedule: Command): void {
  const command = schedule
    .command('set')
    .description('Change a schedule')
    .argument('<name>', 'name of a schedule')
    .argument('[sql]', 'another statement; -: read it from standard input')
  addOperatorOptions(addScheduleOptions(command)).action(
    (name: string, sql: string | undefined, options: ScheduleOptions & UrlOption) =>
      clientAction(async () => {
        const text = sql === undefined && options.file === undefined ? undefined : await readSql(sql, options.file)
        const change = { ...toScheduleChange(options), sql: text }
        if (Object.values(change).every((value) => value === undefined)) {
          throw new UsageError('There is nothing to change. Name an option, such as --cron.')
        }
        const changed = await withOperators(options, (operators) => operators.changeSchedule(name, change))
        console.log(`Changed schedule ${name}. ${nextLine(changed)}`)
        return exitCodes.succeeded
      }),
  )
}

function addLs(schedule: Command): void {
  addOperatorOptions(schedule.command('ls').description('List schedules'))
    .option('--json', 'print them as JSON, with who fires them')
    .action((options: Json) =>
      clientAction(async () => {
        const list = await withOperators(options, (operators) => operators.schedules())
        if (options.json) {
          console.log(JSON.stringify(list, null, 2))
          return exitCodes.succeeded
        }
        if (list.schedules.length === 0) console.error('There are no schedules. Add one: sluice schedule add --help')
        else {
          printTable(
            [
              { name: 'schedule', align: 'left' },
              { name: 'when', align: 'left' },
              { name: 'zone', align: 'left' },
              { name: 'lane', align: 'left' },
              { name: 'next', align: 'left', leastWidth: 20 },
              { name: 'last', align: 'left', leastWidth: 20 },
              { name: 'outcome', align: 'left' },
            ],
            list.schedules.map((each) => [
              { text: each.name },
              { text: whenOf(each) },
              { text: each.time_zone },
              { text: each.lane },
              {
                text:
                  each.problem === null
                    ? each.paused
                      ? 'paused'
                      : timeOf(each.next_fires[0])
                    : plainLine(each.problem),
              },
              { text: timeOf(each.last_fire?.fire_at) },
              { text: each.last_fire?.query_state ?? each.last_fire?.outcome ?? '' },
            ]),
          )
        }
        if (list.schedules.length > 0 && !list.beat.alive) {
          console.error('Warning: nobody fires them: no worker holds the beat. Start one: sluice worker')
        }
        return exitCodes.succeeded
      }),
    )
}

function addShow(schedule: Command): void {
  const command = schedule.command('show').description('Show a schedule').argument('<name>', 'name of a schedule')
  addOperatorOptions(command)
    .option('--json', 'print it as JSON')
    .action((name: string, options: Json) =>
      clientAction(async () => {
        const found = await withOperators(options, (operators) => operators.schedule(name))
        if (options.json) {
          console.log(JSON.stringify(found, null, 2))
          return exitCodes.succeeded
        }
        const { sql, next_fires, last_fire, ...fields } = found
        printFields(fields)
        console.log(
          `${'last_fire'.padEnd(22)} ${last_fire === null ? 'none' : `${last_fire.fire_at} ${last_fire.outcome}`}`,
        )
        console.log(
          `${'next_fires'.padEnd(22)} ${next_fires.length === 0 ? 'none' : next_fires.join(`\n${' '.repeat(23)}`)}`,
        )
        console.log(`\n${sql}`)
        return exitCodes.succeeded
      }),
    )
}

function addHistory(schedule: Command): void {
  const command = schedule
    .command('history')
    .description('The fires of a schedule, newest first')
    .argument('<name>', 'name of a schedule')
  addOperatorOptions(command)
    .option('--limit <number>', 'so many of them (default: 20)', wholeNumber(1, 1000))
    .option('--json', 'print them as a JSON array')
    .action((name: string, options: Json & { limit?: number }) =>
      clientAction(async () => {
        const fires = await withOperators(options, (operators) => operators.fires(name, options.limit ?? 20))
        if (options.json) console.log(JSON.stringify(fires, null, 2))
        else if (fires.length === 0) console.error(`Schedule ${name} has not fired yet.`)
        else {
          printTable(
            [
              { name: 'nominal time', align: 'left', leastWidth: 20 },
              { name: 'kind', align: 'left' },
              { name: 'outcome', align: 'left' },
              { name: 'missed', align: 'right' },
              { name: 'query', align: 'left', leastWidth: 36 },
              { name: 'state', align: 'left' },
              { name: 'detail', align: 'left' },
            ],
            fires.map((fire) => [
              { text: timeOf(fire.fire_at) },
              { text: fire.kind },
              { text: fire.outcome },
              { text: String(fire.missed) },
              { text: fire.query_id ?? '' },
              { text: fire.query_state ?? '' },
              { text: plainLine(fire.detail ?? '') },
            ]),
          )
        }
        return exitCodes.succeeded
      }),
    )
}

function addActions(schedule: Command): void {
  const onName = (action: string, description: string): Command =>
    addOperatorOptions(schedule.command(action).description(description).argument('<name>', 'name of a schedule'))

  onName('run', 'Submit the query of a schedule now, and print its id').action((name: string, options: UrlOption) =>
    clientAction(async () => {
      console.log(await withOperators(options, (operators) => operators.runSchedule(name)))
      return exitCodes.succeeded
    }),
  )
  for (const [action, paused, description] of [
    ['pause', true, 'Stop a schedule from firing; what falls into that time is not made up for'],
    ['resume', false, 'Let a schedule fire again, from its next time on'],
  ] as const) {
    onName(action, description).action((name: string, options: UrlOption) =>
      clientAction(async () => {
        const changed = await withOperators(options, (operators) => operators.changeSchedule(name, { paused }))
        console.log(paused ? `Schedule ${name} is paused.` : `Schedule ${name} goes on. ${nextLine(changed)}`)
        return exitCodes.succeeded
      }),
    )
  }
  onName('rm', 'Remove a schedule and its history; its queries stay').action((name: string, options: UrlOption) =>
    clientAction(async () => {
      await withOperators(options, (operators) => operators.removeSchedule(name))
      console.log(`Removed schedule ${name}.`)
      return exitCodes.succeeded
    }),
  )
}

function nextLine({ next_fires, paused }: Schedule): string {
  return next_fires[0] === undefined ? (paused ? 'It is paused.' : '') : `Next: ${next_fires[0]}`
}

function whenOf({ cron, interval_seconds }: Schedule): string {
  return cron ?? `every ${interval_seconds} s`
}

/** To the second. */
function timeOf(text: string | undefined): string {
  return text === undefined ? '' : text.replace(/\.\d+Z$/, 'Z')
}
