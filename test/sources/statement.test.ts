import { describe, expect, test } from 'vitest'
import { RunError } from '../../src/errors.ts'
import { SourceMemory } from '../../src/sources/sourceMemory.ts'
import { Statement, type StatementRequest } from '../../src/sources/statement.ts'
import { Backend } from '../../src/wire/messages.ts'
import { maxMessageBytes } from '../../src/wire/messageReader.ts'
import { arrowJs } from '../arrow/readers.ts'
import {
  backendMessage,
  bindComplete,
  commandComplete,
  dataRow,
  errorResponse,
  int16,
  int32,
  noData,
  parameterDescription,
  parameterStatus,
  parseComplete,
  readyForQuery,
  rowDescription,
} from '../wire/backendMessages.ts'
import { playSource, type PlayedConnection } from './playedSource.ts'
import { collect, errorOf, requestOf, type RunResult } from './session.ts'

const begun = [
  commandComplete('BEGIN'),
  rowDescription([
    ['set_config', 25],
    ['set_config', 25],
  ]),
  dataRow(['60000', 'test']),
  commandComplete('SELECT 1'),
  readyForQuery('T'),
]
const described = [
  parseComplete,
  parameterDescription([]),
  rowDescription([
    ['x', 23],
    ['y', 25],
  ]),
]
const cleaned = [commandComplete('ROLLBACK'), readyForQuery('I'), commandComplete('DISCARD ALL'), readyForQuery('I')]
const ended = [commandComplete('SELECT 2'), readyForQuery('T'), ...cleaned]
const failed = [readyForQuery('E'), ...cleaned]
const rows = [dataRow([int32(1), 'one']), dataRow([null, null])]

interface Played extends PlayedConnection {
  statement: Statement
  result: Promise<RunResult>
}

function play(answers: Buffer[][], request: Partial<StatementRequest> = {}, options = {}): Played {
  const played = playSource(answers, options)
  const statement = new Statement(played.connection, requestOf('select', request), new SourceMemory())
  const result = collect(statement)
  result.catch(() => undefined)
  return { ...played, statement, result }
}

/** Plays a source to which the first answer is as it should be. */
function playRows(answer: Buffer[], request: Partial<StatementRequest> = {}, options = {}): Played {
  return play([[...begun, ...described], answer], request, options)
}

test('a statement takes three writes at most and gives its rows', async () => {
  const { result, written, statement, done } = playRows([bindComplete, ...rows, ...ended])
  const { stream, columns } = await result
  expect(arrowJs(stream).rows).toEqual([
    ['1', 'one'],
    [null, null],
  ])
  expect(columns.map(({ type }) => type)).toEqual(['int4', 'text'])
  await statement.settled
  expect(written).toHaveLength(2)
  expect(done).not.toContain('close')
})

describe('a source that does not keep to the protocol fails the statement and loses the connection', () => {
  test.each<[string, Buffer]>([
    ['a row of fewer columns', dataRow([int32(1)])],
    ['a row of more columns', dataRow([int32(1), 'one', 'two'])],
    [
      'a row whose last value goes beyond it',
      backendMessage(Backend.dataRow, Buffer.concat([int16(2), int32(-1), int32(100)])),
    ],
    [
      'a row whose value claims 2 GB',
      backendMessage(Backend.dataRow, Buffer.concat([int16(2), int32(-1), int32(0x7fffffff), Buffer.from('x')])),
    ],
    [
      'a row that goes on after its last value',
      backendMessage(Backend.dataRow, Buffer.concat([int16(2), int32(-1), int32(-1), int32(0)])),
    ],
    ['an int4 of 3 bytes', dataRow([Buffer.alloc(3), 'x'])],
    ['a message of length 3', Buffer.concat([Buffer.from('D'), int32(3)])],
    ['a row without a body', backendMessage(Backend.dataRow)],
  ])('%s', async (_, message) => {
    const { result, statement, done } = playRows([bindComplete, dataRow([int32(1), 'one']), message, ...ended])
    expect(await errorOf(result)).toMatchObject({ code: 'protocol_error', retryable: false })
    await statement.settled
    expect(done).toContain('cancel')
    expect(done.some((what) => what === 'destroy' || what === 'close')).toBe(true)
  })

  test.each<[string, Buffer[]]>([
    [
      'a cut off description of columns',
      [backendMessage(Backend.rowDescription, Buffer.concat([int16(3), Buffer.from('x')]))],
    ],
    ['a cut off description of parameters', [backendMessage(Backend.parameterDescription, int16(7))]],
    ['an empty description', [backendMessage(Backend.rowDescription)]],
  ])('%s', async (_, messages) => {
    const { result, statement, done } = play([[...begun, parseComplete, ...messages]])
    expect(await errorOf(result)).toMatchObject({ code: 'protocol_error' })
    await statement.settled
    expect(done).toContain('close')
  })

  test('jsonb of an unknown version', async () => {
    const jsonb = [parseComplete, parameterDescription([]), rowDescription([['j', 3802]])]
    for (const value of ['\u0002{}', '']) {
      const { result } = play([
        [...begun, ...jsonb],
        [bindComplete, dataRow([value]), ...ended],
      ])
      expect(await errorOf(result)).toMatchObject({ code: 'protocol_error', message: expect.stringContaining('"j"') })
    }
  })

  test('a row above the largest size is refused before it arrives', async () => {
    const head = Buffer.concat([Buffer.from('D'), int32(maxMessageBytes + 1)])
    const { result, statement, done } = playRows([bindComplete, head])
    expect(await errorOf(result)).toMatchObject({ code: 'row_too_large' })
    await statement.settled
    expect(done).toContain('close')
  })

  test('an answer that goes on after the clean-up: the result counts, the connection does not', async () => {
    const { result, statement, done } = playRows([Buffer.concat([bindComplete, ...rows, ...ended, readyForQuery('I')])])
    await expect(result).resolves.toMatchObject({ rows: 2 })
    await statement.settled
    expect(done).toContain('close')
  })

  test('a session that is still in a transaction after the clean-up is not used again', async () => {
    const { result, statement, done } = playRows([
      bindComplete,
      commandComplete('SELECT 0'),
      readyForQuery('T'),
      ...cleaned.slice(0, 3),
      readyForQuery('T'),
    ])
    await result
    await statement.settled
    expect(done).toContain('close')
  })
})

describe('COPY', () => {
  test.each([
    ['in', Backend.copyIn],
    ['out', Backend.copyOut],
    ['both ways', Backend.copyBoth],
  ])('%s is refused and the connection is cut', async (_, type) => {
    const copy = backendMessage(type, Buffer.concat([Buffer.from([0]), int16(0)]))
    const { result, statement, done } = play([
      [...begun, parseComplete, parameterDescription([]), noData],
      [bindComplete, copy],
    ])
    expect(await errorOf(result)).toMatchObject({ code: 'copy_not_supported' })
    await statement.settled
    expect(done).toContain('close')
  })
})

describe('an error of the source', () => {
  const error = errorResponse({
    S: 'ERROR',
    V: 'ERROR',
    C: '42P01',
    M: 'no such table',
    P: '15',
    D: 'secret row',
    H: 'a hint',
  })
  const expected = {
    code: 'sql_error',
    sqlstate: '42P01',
    message: 'no such table',
    position: 15,
    hint: 'a hint',
    retryable: false,
  }

  test.each<[string, Buffer[][]]>([
    ['at its parsing', [[...begun, error], failed]],
    [
      'at its binding',
      [
        [...begun, ...described],
        [error, ...failed],
      ],
    ],
    [
      'after rows',
      [
        [...begun, ...described],
        [bindComplete, ...rows, error, ...failed],
      ],
    ],
    [
      'while its types are named',
      [[...begun, parseComplete, parameterDescription([]), rowDescription([['t', 16_400]])], [error], failed],
    ],
    ['at the start of its transaction', [[error, readyForQuery('E'), error], failed]],
  ])('%s fails the statement, and the connection is clean', async (_, answers) => {
    const { result, statement, done } = play(answers)
    expect(await errorOf(result)).toEqual(expected)
    await statement.settled
    expect(done).not.toContain('close')
  })

  test('in the clean-up does not take the result away', async () => {
    const { result, statement, done } = playRows([
      bindComplete,
      ...rows,
      commandComplete('SELECT 2'),
      readyForQuery('T'),
      errorResponse({ V: 'FATAL', C: '57P01', M: 'terminating connection' }),
    ])
    await expect(result).resolves.toMatchObject({ rows: 2 })
    await statement.settled
    expect(done).toContain('close')
  })

  test('in the commit of a source that takes writes fails the statement', async () => {
    const { result } = play(
      [
        [...begun, ...described],
        [bindComplete, ...rows, commandComplete('INSERT 0 2'), readyForQuery('T')],
        [error, readyForQuery('I'), commandComplete('DISCARD ALL'), readyForQuery('I')],
      ],
      {},
      { writes: true },
    )
    expect(await errorOf(result)).toMatchObject({ sqlstate: '42P01' })
  })

  test.each([
    ['57P01', 'source_connection_lost'],
    ['08006', 'source_connection_lost'],
    ['08P01', 'sql_error'],
  ])('of sqlstate %s is told as %s', async (sqlstate, code) => {
    const { result } = playRows([bindComplete, errorResponse({ V: 'ERROR', C: sqlstate, M: 'gone' }), ...failed])
    expect(await errorOf(result)).toMatchObject({ code, sqlstate })
  })

  test('that says in another language that the time is up is a timeout', async () => {
    const canceled = errorResponse({
      V: 'ERROR',
      C: '57014',
      M: 'storniere Anfrage wegen Zeitüberschreitung der Anfrage',
    })
    const late = playRows([bindComplete, canceled, ...failed], { timeoutSeconds: 0 })
    expect(await errorOf(late.result)).toMatchObject({ code: 'statement_timeout' })
    const early = playRows([bindComplete, canceled, ...failed], { timeoutSeconds: 60 })
    expect(await errorOf(early.result)).toMatchObject({ code: 'sql_error', sqlstate: '57014' })
  })
})

describe('a statement that changes what the session counts on', () => {
  test('by ending its transaction fails', async () => {
    const { result } = playRows([bindComplete, commandComplete('COMMIT'), readyForQuery('I'), ...cleaned])
    expect(await errorOf(result)).toMatchObject({ code: 'transaction_control' })
  })

  test('by changing client_encoding fails, whatever its rows were', async () => {
    const changed = parameterStatus('client_encoding', 'LATIN1')
    const { result } = playRows([
      bindComplete,
      ...rows,
      commandComplete('SELECT 2'),
      changed,
      readyForQuery('T'),
      ...cleaned,
    ])
    expect(await errorOf(result)).toMatchObject({
      code: 'sql_error',
      message: expect.stringContaining('client_encoding'),
    })
  })

  test('by changing another setting is not refused', async () => {
    const changed = parameterStatus('TimeZone', 'Europe/Berlin')
    const { result } = playRows([
      bindComplete,
      ...rows,
      commandComplete('SELECT 2'),
      changed,
      readyForQuery('T'),
      ...cleaned,
    ])
    await expect(result).resolves.toMatchObject({ rows: 2 })
  })
})

describe('parameters', () => {
  test.each([
    [[], [23], 'takes 1 parameters, but params has 0'],
    [[1, 2], [23], 'takes 1 parameters, but params has 2'],
  ])('of another number than the statement takes are refused before it is bound', async (params, oids, message) => {
    const { result, statement, written, done } = play(
      [[...begun, parseComplete, parameterDescription(oids), rowDescription([['x', 23]])], failed],
      { params },
    )
    expect(await errorOf(result)).toMatchObject({
      code: 'invalid_parameter',
      message: expect.stringContaining(message),
    })
    await statement.settled
    expect(done).not.toContain('close')
    expect(written[1]!.subarray(0, 5)).toEqual(Buffer.from('S\0\0\0\u0004'))
  })

  test('of an unknown type, and a NUL in the statement, are refused before anything is sent', async () => {
    for (const request of [{ params: [{ type: 'int', value: '1' }] }, { sql: 'select 1\0' }]) {
      const { result, statement, written } = play([], request)
      await expect(result).rejects.toThrow(/NUL character|Parameter \$1 names a type/)
      await statement.settled
      expect(written).toEqual([])
    }
  })
})

describe('stopping', () => {
  const stopped = new RunError('interrupted', 'Stopped by the test.')

  test('before it is bound cancels the statement and cuts the connection at once', async () => {
    const { result, statement, done } = play([begun.slice(0, 2)])
    statement.stop(stopped)
    await statement.settled
    expect(done.filter((what) => what === 'cancel' || what === 'close')).toEqual(['cancel', 'close'])
    expect(await errorOf(result)).toBe(stopped.error)
  })

  test('while rows come lets the source end, then takes leave', async () => {
    const canceled = errorResponse({ V: 'ERROR', C: '57014', M: 'canceling statement due to user request' })
    const played = playSource([
      [...begun, ...described],
      [bindComplete, ...rows],
    ])
    const statement = new Statement(played.connection, requestOf('select'), new SourceMemory())
    await statement.columns
    statement.stop(stopped)
    played.connection.socket.emit('data', Buffer.concat([dataRow([int32(3), 'late']), canceled, ...failed]))
    await statement.settled
    expect(played.done).toContain('cancel')
    expect(played.done).toContain('close')
  })

  test('a statement that has ended does nothing', async () => {
    const { result, statement, done } = playRows([bindComplete, ...rows, ...ended])
    await result
    statement.stop(stopped)
    await statement.settled
    expect(done).not.toContain('cancel')
  })
})

describe('a connection that is lost', () => {
  const errorCode = (error: RunError): string => error.error.code
  const whole = Buffer.concat([bindComplete, ...rows, ...ended])
  // From the statement's own ReadyForQuery on the result is known to be whole.
  const certain = Buffer.concat([bindComplete, ...rows, ...ended.slice(0, 2)]).length

  test('at any byte of the rows fails the statement and never ends it as a shorter result', async () => {
    const outcomes: unknown[] = []
    for (let at = 0; at < whole.length; at++) {
      const { result, statement } = playRows([whole.subarray(0, at)], {}, { dropAfter: true })
      outcomes.push(await result.then(({ rows: count }) => count, errorCode))
      await statement.settled
    }
    expect(outcomes.slice(0, certain)).toEqual(Array.from({ length: certain }, () => 'source_connection_lost'))
    expect(outcomes.slice(certain)).toEqual(Array.from({ length: whole.length - certain }, () => 2))
  })

  test('at any byte of the description fails the statement', async () => {
    const description = Buffer.concat([...begun, ...described])
    for (let at = 0; at < description.length; at++) {
      const { result, statement } = play([[description.subarray(0, at)]], {}, { dropAfter: true })
      expect((await errorOf(result)).code).toBe('source_connection_lost')
      await statement.settled
    }
  })

  test('before the commit of a source that takes writes is told fails the statement', async () => {
    const { result } = playRows([bindComplete, ...rows, ...ended.slice(0, 2)], {}, { writes: true, dropAfter: true })
    expect(await errorOf(result)).toMatchObject({ code: 'source_connection_lost' })
  })
})

describe('limits', () => {
  const many = Array.from({ length: 5 }, (_, i) => dataRow([int32(i), 'x']))
  const rowBytes = many[0]!.length - 5

  test.each([
    [{ rowLimit: 4 }, 4, 'row_limit'],
    [{ rowLimit: 5 }, 5, null],
    [{ byteLimit: 5 * rowBytes - 1 }, 4, 'byte_limit'],
    [{ byteLimit: 5 * rowBytes }, 5, null],
    [{ byteLimit: rowBytes - 1 }, 0, 'byte_limit'],
    [{ rowLimit: 2, byteLimit: 3 * rowBytes }, 2, 'row_limit'],
  ])('%o cut after %d rows and say %s', async (limits, count, limitingFactor) => {
    const { result, statement, done } = playRows([bindComplete, ...many, ...ended], limits)
    await expect(result).resolves.toMatchObject({ rows: count, limitingFactor })
    await statement.settled
    expect(done.includes('cancel')).toBe(limitingFactor !== null)
  })

  test('do not stop a statement that writes: it comes to its commit', async () => {
    const { result, statement, done, written } = play(
      [[...begun, ...described], [bindComplete, ...many, ...ended.slice(0, 2)], cleaned],
      { rowLimit: 2 },
      { writes: true },
    )
    await expect(result).resolves.toMatchObject({ rows: 2, limitingFactor: 'row_limit' })
    await statement.settled
    expect(done).not.toContain('cancel')
    expect(done).not.toContain('close')
    expect(written.at(-1)!.toString()).toMatch(/commit\0.*discard all/s)
  })
})

describe('a source that takes writes', () => {
  test.each<[string, Buffer[], string]>([
    ['commits once everything is read', [bindComplete, ...rows, ...ended.slice(0, 2)], 'commit'],
    [
      'rolls back after an error',
      [bindComplete, ...rows, errorResponse({ C: '22012' }), readyForQuery('E')],
      'rollback',
    ],
    [
      'rolls back after the end of the transaction',
      [bindComplete, commandComplete('COMMIT'), readyForQuery('I')],
      'rollback',
    ],
  ])('%s', async (_, answer, expected) => {
    const { result, statement, written } = play([[...begun, ...described], answer, cleaned], {}, { writes: true })
    await result.catch(() => undefined)
    await statement.settled
    const sent = written.map((bytes) => bytes.toString())
    expect(sent.slice(0, 2).join('')).not.toMatch(/commit|rollback/)
    expect(sent[2]).toContain(`${expected}\0`)
  })

  test('never commits a statement with a value that cannot be read', async () => {
    const { result, statement, written, done } = play(
      [
        [...begun, ...described],
        [bindComplete, dataRow([int32(1)]), ...ended.slice(0, 2)],
      ],
      {},
      { writes: true },
    )
    expect(await errorOf(result)).toMatchObject({ code: 'protocol_error' })
    await statement.settled
    expect(written).toHaveLength(2)
    expect(done.some((what) => what === 'destroy' || what === 'close')).toBe(true)
  })
})
