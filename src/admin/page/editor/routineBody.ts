import type { syntaxTree } from '@codemirror/language'

/** A node of the editor's syntax tree. */
export type SyntaxNode = ReturnType<typeof syntaxTree>['topNode']

/** The text of a part of the document. */
type TextOf = (from: number, to: number) => string

const beginning = /^create( or replace)? (function|procedure)$/

/** Whether a statement creates a function or procedure, so that its body may hold statements between begin and end. */
export function createsRoutine(statement: SyntaxNode, text: TextOf): boolean {
  const words: string[] = []
  for (let node = statement.firstChild; node !== null && words.length < 4; node = node.nextSibling) {
    if (!isComment(node)) words.push(text(node.from, node.to).toLowerCase())
  }
  return beginning.test(words.slice(0, 2).join(' ')) || beginning.test(words.join(' '))
}

/**
 * How many of begin and case are open after a part of a statement that creates a routine, as psql counts them:
 * a semicolon ends the statement when none is. What stands in parentheses is whole by itself.
 *
 * @param depth how many were open before
 */
export function depthAfter(part: SyntaxNode, text: TextOf, depth: number): number {
  let open = depth
  for (let node = part.firstChild; node !== null; node = node.nextSibling) {
    if (node.name !== 'Keyword') continue
    const word = text(node.from, node.to).toLowerCase()
    if (word === 'begin' || (word === 'case' && open > 0)) open++
    else if (word === 'end' && open > 0) open--
  }
  return open
}

function isComment({ name }: SyntaxNode): boolean {
  return name === 'LineComment' || name === 'BlockComment'
}
