import { check, type Check } from '../check.ts'

/** Beyond this a person who compares logs is misled. Leases and schedules go by the database's clock alone. */
const mostSkewMs = 2_000

/** Clocks, as far as this process can see them. */
export const clocks: Check[] = [
  check(
    {
      name: 'clocks_agree',
      invariant: null,
      level: 'warning',
      holds: 'The clock of this host and that of the control database differ by less than two seconds.',
      advice:
        'Let both keep time by NTP. Queries are not affected: leases, limits and expiry go by the clock of the database.',
    },
    async ({ client }) => {
      const before = Date.now()
      const { rows } = await client.query<{ ms: number }>(
        'select extract(epoch from clock_timestamp())::float8 * 1000 as ms',
      )
      const after = Date.now()
      const skewMs = rows[0]!.ms - (before + after) / 2
      // Within the round trip any difference is unknown.
      if (Math.abs(skewMs) < mostSkewMs + (after - before) / 2) return []
      const detail = `is ${(Math.abs(skewMs) / 1000).toFixed(1)} s ${skewMs > 0 ? 'ahead of' : 'behind'} the clock of this host`
      return [{ subject: 'control database', detail }]
    },
  ),
]
