import { syntaxTree } from '@codemirror/language'
import type { EditorState } from '@codemirror/state'

/** What is to run: the selection, else the statement around the cursor or right before it, else everything. */
export function statementAt(state: EditorState): { sql: string; from: number } {
  const { from, to, head, empty } = state.selection.main
  if (!empty) return cut(state, from, to)
  let found: { from: number; to: number } | undefined
  for (let node = syntaxTree(state).topNode.firstChild; node !== null; node = node.nextSibling) {
    if (node.name !== 'Statement') continue
    // The one before the cursor counts until another begins.
    if (node.from <= head || found === undefined) found = { from: node.from, to: node.to }
  }
  return found === undefined ? cut(state, 0, state.doc.length) : cut(state, found.from, found.to)
}

function cut(state: EditorState, from: number, to: number): { sql: string; from: number } {
  return { sql: state.sliceDoc(from, to).replace(/;\s*$/, ''), from }
}
