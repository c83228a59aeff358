import { measureLoad } from '../load.ts'
import { withStack, type Stack } from '../stack.ts'
import type { PartContext } from './context.ts'

const variants = ['both', 'events only', 'neither'] as const
type Variant = (typeof variants)[number]

export interface CostOfCountingFigures {
  /** One value a round: queries a second, and CPU milliseconds for each by process group. */
  variants: { variant: Variant; perSecond: number[]; cpuMsEach: Record<string, number>[] }[]
  /** By how much fewer queries a second run with both than with neither: mean of the rounds, and its standard error. */
  costPercent: number
  errorPercent: number
}

const clients = 50
/** Suppresses the rows of events and nothing else. */
const withoutEvents = `
  create function public.no_event() returns trigger language plpgsql as 'begin return null; end';
  create trigger no_event before insert on sluice.query_events for each row execute function public.no_event()`

/**
 * (l) Small queries on three installations: with everything, without statistics, and without
 * statistics and events. They take turns of a few seconds, so that whatever else the machine
 * does meets all of them.
 */
export async function measureCostOfCounting({ quick, signal, say }: PartContext): Promise<CostOfCountingFigures> {
  const withAll = { signal, say: () => undefined }
  const without = { ...withAll, environment: { SLUICE_STATISTICS: 'off' } }
  const rounds: Record<Variant, Figure>[] = []
  await withStack(withAll, (both) =>
    withStack(without, (eventsOnly) =>
      withStack(without, async (neither) => {
        await neither.control.query(withoutEvents)
        const stacks = { both, 'events only': eventsOnly, neither }
        for (const stack of Object.values(stacks)) await measure(stack, quick ? 2 : 8, signal)
        for (let n = 0; n < (quick ? 4 : 24); n++) {
          const order = n % 2 === 0 ? variants : variants.toReversed()
          const round: Partial<Record<Variant, Figure>> = {}
          for (const variant of order) round[variant] = await measure(stacks[variant], quick ? 2 : 6, signal)
          rounds.push(round as Record<Variant, Figure>)
          say(`  ${variants.map((variant) => `${variant} ${round[variant]!.perSecond.toFixed(0)}/s`).join(', ')}`)
        }
      }),
    ),
  )
  return summary(rounds)
}

interface Figure {
  perSecond: number
  cpuMsEach: Record<string, number>
}

async function measure(stack: Stack, seconds: number, signal: AbortSignal): Promise<Figure> {
  const what = { query: 'select 1', mode: 'one request', clients, warmUpSeconds: 1, seconds } as const
  const { perSecond, queries, cpu } = await measureLoad(stack, what, signal)
  const each = Object.entries(cpu).map(([group, used]) => [group, (1000 * used) / queries])
  return { perSecond, cpuMsEach: Object.fromEntries(each) as Record<string, number> }
}

function summary(rounds: Record<Variant, Figure>[]): CostOfCountingFigures {
  const costs = rounds.map(({ both, neither }) => 100 * (1 - both.perSecond / neither.perSecond))
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length
  const variance = costs.reduce((sum, cost) => sum + (cost - mean) ** 2, 0) / (costs.length - 1)
  return {
    variants: variants.map((variant) => ({
      variant,
      perSecond: rounds.map((round) => round[variant].perSecond),
      cpuMsEach: rounds.map((round) => round[variant].cpuMsEach),
    })),
    costPercent: mean,
    errorPercent: Math.sqrt(variance / costs.length),
  }
}
