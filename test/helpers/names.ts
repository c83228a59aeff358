/** Every database and role of a test run starts with this and the run's id. */
export const namePrefix = 'sluice_test_'

/** The migrated database that test files clone. */
export function templateName(run: string): string {
  return `${namePrefix}${run}_template`
}

/** Held by a test run while it lasts, so that no other run drops its databases. */
export const runLock = `pg_try_advisory_lock(hashtextextended('sluice_test:' || $1, 0))`

/** The address of another database on the same server. */
export function withDatabase(url: string, database: string): string {
  const address = new URL(url)
  address.pathname = `/${database}`
  return address.toString()
}
