import { readFile, writeFile } from 'node:fs/promises'
import { quantile } from '../../bench/statistics.ts'
import type { Count, Measure, RigResult } from './rigs/rig.ts'

/** What one rig came to at one time. */
export interface Entry extends RigResult {
  rig: string
  at: string
  seed: number
  /** Why it did not run; then there is nothing else. */
  skipped?: string
}

/** Adds entries to a file of results; several runs of one rig are told as one. */
export async function addEntries(file: string, entries: readonly Entry[]): Promise<Entry[]> {
  const all = [...(await readEntries(file)), ...entries]
  await writeFile(file, `${JSON.stringify(all, undefined, 1)}\n`)
  return all
}

async function readEntries(file: string): Promise<Entry[]> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Entry[]
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return []
    throw error
  }
}

/** The entries as tables in Markdown, one row per figure, all runs of a rig together. */
export function renderReport(entries: readonly Entry[]): string {
  const lines = ['| rig | what | figure | target | |', '| --- | --- | --- | --- | --- |']
  for (const rig of new Set(entries.map((entry) => entry.rig))) {
    const ofRig = entries.filter((entry) => entry.rig === rig)
    const ran = ofRig.filter(({ skipped }) => skipped === undefined)
    if (ran.length === 0) lines.push(`| ${rig} | skipped: ${ofRig[0]!.skipped} | | | |`)
    for (const count of mergeCounts(ran)) lines.push(countRow(rig, count))
    for (const measure of mergeMeasures(ran)) lines.push(measureRow(rig, measure))
  }
  return lines.join('\n')
}

function mergeCounts(entries: readonly Entry[]): Count[] {
  const merged = new Map<string, Count>()
  for (const count of entries.flatMap(({ counts }) => counts)) {
    const known = merged.get(count.what)
    if (known === undefined) merged.set(count.what, { ...count })
    else known.count += count.count
  }
  return [...merged.values()]
}

function mergeMeasures(entries: readonly Entry[]): Measure[] {
  const merged = new Map<string, Measure>()
  for (const measure of entries.flatMap(({ measures }) => measures)) {
    const known = merged.get(measure.what)
    if (known === undefined) merged.set(measure.what, { ...measure, samples: [...measure.samples] })
    else known.samples.push(...measure.samples)
  }
  return [...merged.values()]
}

function countRow(rig: string, { what, count, most, least }: Count): string {
  return `| ${rig} | ${what} | ${count.toLocaleString('en')} | ${target(most, least, '')} | ${mark(count, most, least)} |`
}

function measureRow(rig: string, { what, unit, samples, quantile: q, most, least }: Measure): string {
  const sorted = samples.toSorted((a, b) => a - b)
  const value = quantile(sorted, q)
  const shown = (n: number): string => `${n >= 100 ? Math.round(n) : n.toFixed(1)} ${unit}`
  const name = q === 0.5 ? 'median' : q === 1 ? 'worst' : q === 0 ? 'least' : `p${100 * q}`
  const figure =
    samples.length === 0
      ? 'none'
      : `${name} ${shown(value)} (median ${shown(quantile(sorted, 0.5))}, worst ${shown(sorted.at(-1)!)}, n = ${samples.length})`
  return `| ${rig} | ${what} | ${figure} | ${target(most, least, ` ${unit}`)} | ${mark(value, most, least)} |`
}

function target(most: number | undefined, least: number | undefined, unit: string): string {
  if (most !== undefined) return most === 0 ? '0' : `≤ ${most}${unit}`
  return least === undefined ? '' : `≥ ${least}${unit}`
}

function mark(value: number, most: number | undefined, least: number | undefined): string {
  if (most === undefined && least === undefined) return ''
  return (most === undefined || value <= most) && (least === undefined || value >= least) ? '✓' : '✗'
}
