import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type { ApiClient } from '../client/apiClient.ts'
import type { SubmitRequest } from '../client/apiTypes.ts'
import { awaitEnd } from '../client/awaitEnd.ts'
import { cancelInterrupted } from '../client/cancelQuery.ts'
import { clientAction, tell } from '../client/clientAction.ts'
import { addUrlOption, connect, type UrlOption } from '../client/connect.ts'
import { deliver, prepareDelivery, type Delivery } from '../client/deliver.ts'
import { interruptible } from '../client/interruption.ts'
import { startProgress, type Progress } from '../client/progress.ts'
import { readSql } from '../client/readSql.ts'
import { addResultOptions, type ResultOptions } from '../client/resultOptions.ts'
import { addSubmitOptions, toSubmitRequest, type SubmitOptions } from '../client/submitOptions.ts'
import { tellEnd } from '../client/tellEnd.ts'

/** With somebody watching, rows and bytes are asked for so often. */
const watchedSliceSeconds = 1

export function addQueryCommand(program: Command): void {
  const command = program.command('query').description('Run a query and show its result; Ctrl-C cancels it')
  addUrlOption(addResultOptions(addSubmitOptions(command))).action(
    (argument: string | undefined, options: SubmitOptions & ResultOptions & UrlOption) =>
      clientAction(async () => {
        const client = connect(options)
        const request = toSubmitRequest(await readSql(argument, options.file), options)
        const delivery = await prepareDelivery(options)
        const progress = startProgress()
        try {
          return await interruptible((signal) => runQuery(client, request, delivery, progress, signal))
        } finally {
          progress.stop()
          delivery.stream?.output.discard()
        }
      }),
  )
}

/** Submits, waits, delivers; returns the exit code. */
async function runQuery(
  client: ApiClient,
  request: SubmitRequest,
  delivery: Delivery,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  // Not aborted by Ctrl-C: a query whose id is not known could not be canceled.
  let query = await client.submit(request, randomUUID())
  const { id } = query
  progress.seen(query)
  try {
    query = await awaitEnd(client, query, {
      signal,
      seen: (seen) => progress.seen(seen),
      away: (error) => progress.away(error),
      ...(progress.isWatched ? { sliceSeconds: watchedSliceSeconds } : {}),
    })
  } catch (error) {
    if (signal.aborted) return await cancelInterrupted(client, id, progress)
    progress.stop()
    const exitCode = tell(error)
    console.error(`Query ${id} was accepted and may still run. See: sluice status ${id}`)
    return exitCode
  }
  if (query.state !== 'succeeded') {
    progress.stop()
    return tellEnd(query)
  }
  return await deliver(client, query, {}, delivery, progress, signal)
}
