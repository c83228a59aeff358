import { createInterface } from 'node:readline/promises'
import { UsageError } from '../../errors.ts'

/**
 * Asks the person at the terminal.
 *
 * @param question such as `Apply?`
 * @param otherwise what to do where there is nobody to ask, such as `Add --yes to apply the plan.`
 * @throws UsageError if there is nobody
 */
export async function confirm(question: string, otherwise: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError(`There is nobody to ask. ${otherwise}`)
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}
