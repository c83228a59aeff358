import { ensureSyntaxTree } from '@codemirror/language'
import type { EditorState } from '@codemirror/state'
import { createsRoutine, depthAfter, type SyntaxNode } from './routineBody.ts'

interface Span {
  from: number
  to: number
}

/**
 * What is to run: the selection, else the statement around the cursor or right before it, else everything.
 * The text is read to its end first, however long that takes: of what the editor has read so far
 * the last statement may be a part.
 */
export function statementAt(state: EditorState): { sql: string; from: number } {
  const { from, to, head, empty } = state.selection.main
  if (!empty) return cut(state, from, to)
  let found: Span | undefined
  for (const statement of statements(state)) {
    // The one before the cursor counts until another begins.
    if (statement.from <= head || found === undefined) found = statement
  }
  return found === undefined ? cut(state, 0, state.doc.length) : cut(state, found.from, found.to)
}

/** Every statement that holds something, as psql would send them. What the parser cannot place is part of one, too. */
function statements(state: EditorState): Span[] {
  const text = (from: number, to: number): string => state.sliceDoc(from, to)
  const found: Span[] = []
  let open: { from: number; isRoutine: boolean; depth: number } | undefined
  let end = 0
  for (let node = firstOf(state); node !== null; node = node.nextSibling) {
    if (node.name === 'LineComment' || node.name === 'BlockComment') continue
    open ??= { from: node.from, isRoutine: createsRoutine(node, text), depth: 0 }
    end = node.to
    if (open.isRoutine) open.depth = depthAfter(node, text, open.depth)
    if (open.depth > 0 || node.lastChild?.name !== ';') continue
    if (node.lastChild.from > open.from) found.push({ from: open.from, to: end })
    open = undefined
  }
  if (open !== undefined) found.push({ from: open.from, to: end })
  return found
}

function firstOf(state: EditorState): SyntaxNode | null {
  return ensureSyntaxTree(state, state.doc.length, Infinity)?.topNode.firstChild ?? null
}

function cut(state: EditorState, from: number, to: number): { sql: string; from: number } {
  return { sql: state.sliceDoc(from, to).replace(/;\s*$/, ''), from }
}
