import type { Finding, Report } from '../../doctor/examine.ts'
import { plainLine } from './plainText.ts'
import { styled } from './style.ts'

/** What the doctor found, for people: worst first, each with what to do; then a line that sums it up. */
export function renderFindings({ checked, findings }: Report): string {
  const worstFirst = findings.toSorted((a, b) => rank(a) - rank(b))
  return [...worstFirst.flatMap(renderFinding), summary(checked.length, findings)].join('\n')
}

const rank = ({ level }: Finding): number => (level === 'error' ? 0 : 1)

function renderFinding({ check, level, holds, advice, violations, total }: Finding): string[] {
  const head = level === 'error' ? paint(['bold', 'red'], 'Error:') : paint(['bold', 'yellow'], 'Warning:')
  const lines = [`${head} ${holds} ${paint('dim', `(${check})`)} It does not:`]
  for (const { subject, detail } of violations) lines.push(`  ${plainLine(subject)} ${plainLine(detail)}`)
  if (total > violations.length) lines.push(`  … and ${total - violations.length} more`)
  return [...lines, `  ${paint('bold', 'What to do:')} ${advice}`, '']
}

function summary(checks: number, findings: readonly Finding[]): string {
  if (findings.length === 0) return `${checks} checks, nothing to see to.`
  const errors = findings.filter(({ level }) => level === 'error').length
  const warnings = findings.length - errors
  const parts = [errors > 0 && plural(errors, 'error'), warnings > 0 && plural(warnings, 'warning')]
  return `${checks} checks, ${parts.filter(Boolean).join(', ')}.`
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

const paint = (format: Parameters<typeof styled>[0], text: string): string => styled(format, text, process.stdout)
