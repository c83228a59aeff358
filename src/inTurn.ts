/**
 * Runs steps one after another, each whatever became of those before it.
 *
 * @param steps by what they are to do, as in "could not …"
 * @throws AggregateError whose message tells of each step that failed
 */
export async function inTurn(steps: Record<string, () => Promise<unknown>>): Promise<void> {
  const failures: { what: string; error: unknown }[] = []
  for (const [what, step] of Object.entries(steps)) {
    await step().catch((error: unknown) => failures.push({ what, error }))
  }
  if (failures.length === 0) return
  throw new AggregateError(
    failures.map(({ error }) => error),
    failures.map(({ what, error }) => `could not ${what}: ${(error as Error).message}`).join('; '),
  )
}
