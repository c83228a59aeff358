import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { exitCodes } from '../exitCodes.ts'

const variable = 'SLUICE_SOURCE_PASSWORD'

/**
 * The password of a source's login: from standard input if the caller asked for that, else
 * from the environment (SLUICE_SOURCE_PASSWORD), else from the person at the terminal. It is
 * never an argument, which every account of the machine could read.
 *
 * @param question what the person is asked
 * @returns undefined: none was given
 */
export async function readPassword(fromStdin: boolean, question: string): Promise<string | undefined> {
  const password = fromStdin
    ? (await text(process.stdin)).replace(/\r?\n$/, '')
    : (process.env[variable] ?? (process.stdin.isTTY ? await ask(question) : undefined))
  return password === '' ? undefined : password
}

/** Asks at the terminal without showing what is typed. */
async function ask(question: string): Promise<string> {
  process.stderr.write(question)
  const unseen = new Writable({ write: (_piece, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true, historySize: 0 })
  try {
    return await new Promise((resolve) => {
      terminal.once('line', resolve)
      terminal.once('SIGINT', () => {
        process.stderr.write('\n')
        process.exit(exitCodes.interrupted)
      })
      // Ctrl-D
      terminal.once('close', () => resolve(''))
    })
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}
