import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { quantile } from '../statistics.ts'
import { HttpConnection } from './httpConnection.ts'
import { startProgram } from './start.ts'

export interface CrowdInput {
  url: string
  apiKey: string
  queryId: string
  /** Given to the downloads in turn. */
  formats: string[]
  downloads: number
  /** How many of them read no more than `slowBytesPerSecond`. */
  slowDownloads: number
  slowBytesPerSecond: number
  seconds: number
}

export interface CrowdResult {
  /** Bytes that all downloads got. */
  bytes: number
  /** Bytes that the slow ones got. */
  slowBytes: number
  /** Downloads that came to their end; those begin again. */
  ended: number
  /** Time that a request for the query itself takes meanwhile. */
  otherP50Ms: number
  otherP99Ms: number
}

const otherEveryMs = 50
const slowReadsPerSecond = 4

/** Many clients that download the same result, some of them slowly. */
startProgram(async (given): Promise<CrowdResult> => {
  const input = given as CrowdInput
  const until = performance.now() + input.seconds * 1000
  const result: CrowdResult = { bytes: 0, slowBytes: 0, ended: 0, otherP50Ms: 0, otherP99Ms: 0 }
  const sockets = new Set<Socket>()

  async function client(n: number): Promise<void> {
    const isSlow = n < input.slowDownloads
    const count = (bytes: number): void => {
      result.bytes += bytes
      if (isSlow) result.slowBytes += bytes
    }
    while (performance.now() < until) {
      const socket = ask(input, input.formats[n % input.formats.length]!)
      sockets.add(socket)
      await (isSlow ? readSlowly(socket, input.slowBytesPerSecond, count) : readAll(socket, count))
      sockets.delete(socket)
      if (performance.now() < until) result.ended++
    }
  }

  const clients = Promise.all(Array.from({ length: input.downloads }, (_, n) => client(n)))
  const latencies = await askForOthers(input, until)
  for (const socket of sockets) socket.destroy()
  await clients
  result.otherP50Ms = quantile(latencies, 0.5)
  result.otherP99Ms = quantile(latencies, 0.99)
  return result
})

function ask({ url, apiKey, queryId }: CrowdInput, format: string): Socket {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.write(
    `GET /v1/queries/${queryId}/result?format=${format} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n` +
      `Authorization: Bearer ${apiKey}\r\n\r\n`,
  )
  return socket
}

async function readAll(socket: Socket, count: (bytes: number) => void): Promise<void> {
  socket.on('data', (piece) => count(piece.length))
  await closed(socket)
}

async function readSlowly(socket: Socket, bytesPerSecond: number, count: (bytes: number) => void): Promise<void> {
  const step = bytesPerSecond / slowReadsPerSecond
  // Without somebody who reads, an end would not be noticed.
  const timer = setInterval(() => {
    const piece = (socket.read(Math.min(step, socket.readableLength || 1)) as Buffer | null) ?? Buffer.alloc(0)
    count(piece.length)
  }, 1000 / slowReadsPerSecond)
  await closed(socket)
  clearInterval(timer)
}

async function closed(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.once('error', () => resolve())
    socket.once('close', () => resolve())
  })
}

/** Sorted times of small requests between the downloads. */
async function askForOthers({ url, apiKey, queryId }: CrowdInput, until: number): Promise<number[]> {
  const connection = new HttpConnection(url, { authorization: `Bearer ${apiKey}` })
  const times: number[] = []
  while (performance.now() < until) {
    const startedAt = performance.now()
    const { status } = await connection.request('GET', `/v1/queries/${queryId}`)
    if (status !== 200) throw new Error(`The server answered ${status}`)
    times.push(performance.now() - startedAt)
    await delay(otherEveryMs)
  }
  connection.close()
  return times.toSorted((a, b) => a - b)
}
