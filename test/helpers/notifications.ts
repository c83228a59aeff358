import pg from 'pg'
import type { TestDatabase } from './database.ts'

/**
 * Listens from now on; what was said since, as channel and payload, in order. Its last
 * answer is complete for all transactions that committed before it was asked.
 */
export async function listen(
  { url }: Pick<TestDatabase, 'url'>,
  ...channels: string[]
): Promise<AsyncDisposable & { heard(): Promise<[channel: string, payload: string][]> }> {
  const client = new pg.Client({ connectionString: url, application_name: 'sluice test (listen)' })
  const heard: [string, string][] = []
  client.on('notification', ({ channel, payload }) => heard.push([channel, payload ?? '']))
  await client.connect()
  await client.query(channels.map((channel) => `listen ${client.escapeIdentifier(channel)}`).join(';'))
  return {
    async heard() {
      // Notifications come before the answer to a statement that starts after them.
      await client.query('select 1')
      return [...heard]
    },
    [Symbol.asyncDispose]: () => client.end(),
  }
}
