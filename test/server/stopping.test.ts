import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { createDatabase } from '../helpers/database.ts'

const database = await createDatabase()

test('a server that stops does not wait for connections on which nothing was asked', async () => {
  await using server = await startServer(database)
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1').resume()
  await once(socket, 'connect')
  // So that the server has the connection too.
  expect(await server.request('GET', '/health/live')).toMatchObject({ status: 200 })
  const closed = once(socket, 'close')
  await server.close()
  await closed
})
