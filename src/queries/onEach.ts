const pageSize = 1000
/** Each in a transaction of its own, so that none waits for a lock that another holds. */
const atOnce = 8

/**
 * Does something with every query that a search finds, newest first, a few at a time.
 *
 * @param find the next page: ids older than `before`, newest first
 * @returns how many there were
 * @throws what an act threw, when those beside it have ended; none comes after
 */
export async function onEach(
  find: (before: string | undefined, limit: number) => Promise<string[]>,
  act: (id: string) => Promise<unknown>,
): Promise<number> {
  let count = 0
  for (let before: string | undefined; ;) {
    const page = await find(before, pageSize)
    for (let i = 0; i < page.length; i += atOnce) {
      const acts = await Promise.allSettled(page.slice(i, i + atOnce).map(act))
      const refused = acts.find((one) => one.status === 'rejected')
      if (refused !== undefined) throw refused.reason
    }
    count += page.length
    if (page.length < pageSize) return count
    before = page.at(-1)
  }
}
