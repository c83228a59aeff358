import { createServer } from 'node:net'
import { UsageError } from '../../errors.ts'

/**
 * Sees early whether a port can be had, before anything is made that needs it.
 *
 * @param whenTaken the sentence for the person at the terminal
 * @throws UsageError if the port is taken
 */
export async function requireFreePort(host: string, port: number, whenTaken: string): Promise<void> {
  const probe = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject)
      probe.listen(port, host, resolve)
    })
  } catch (error) {
    // Whatever else is wrong with the address, whoever listens on it says.
    if ((error as { code?: string }).code === 'EADDRINUSE') throw new UsageError(whenTaken)
  } finally {
    probe.close()
  }
}
