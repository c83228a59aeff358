const key = 'sluice-draft'

/** What stands in the SQL page, kept in this browser. */
export interface Draft {
  sql: string
  source: string
  lane: string
  /** 0: the lane's own. */
  rowLimit: number
  /** The plan is kept, too. */
  explain: boolean
  /** Values for $1…, of a query that was copied. */
  params: readonly unknown[]
  /** What was run last, and where its statement begins in the text; null: nothing yet. */
  ran: { queryId: string; from: number } | null
}

const fresh: Draft = {
  sql: '',
  source: 'default',
  lane: 'default',
  rowLimit: 10_000,
  explain: false,
  params: [],
  ran: null,
}

/** What was left the last time. */
export function loadDraft(): Draft {
  try {
    return { ...fresh, ...(JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Draft>) }
  } catch {
    return fresh
  }
}

/** Keeps it for the next time. */
export function saveDraft(draft: Draft): void {
  localStorage.setItem(key, JSON.stringify(draft))
}
