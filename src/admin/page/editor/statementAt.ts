import { ensureSyntaxTree } from '@codemirror/language'
import type { EditorState } from '@codemirror/state'

/**
 * What is to run: the selection, else the statement around the cursor or right before it, else everything.
 * The text is read to its end first, however long that takes: of what the editor has read so far
 * the last statement may be a part.
 */
export function statementAt(state: EditorState): { sql: string; from: number } {
  const { from, to, head, empty } = state.selection.main
  if (!empty) return cut(state, from, to)
  let found: { from: number; to: number } | undefined
  const tree = ensureSyntaxTree(state, state.doc.length, Infinity)
  for (let node = tree?.topNode.firstChild ?? null; node !== null; node = node.nextSibling) {
    if (node.name !== 'Statement') continue
    // The one before the cursor counts until another begins.
    if (node.from <= head || found === undefined) found = { from: node.from, to: node.to }
  }
  return found === undefined ? cut(state, 0, state.doc.length) : cut(state, found.from, found.to)
}

function cut(state: EditorState, from: number, to: number): { sql: string; from: number } {
  return { sql: state.sliceDoc(from, to).replace(/;\s*$/, ''), from }
}
