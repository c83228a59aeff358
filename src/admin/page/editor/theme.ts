import { HighlightStyle } from '@codemirror/language'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

/** How SQL is coloured, in the page's own colours, light and dark. */
export const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--sql-keyword)', fontWeight: '550' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--sql-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--sql-number)' },
  { tag: [tags.typeName, tags.standard(tags.name)], color: 'var(--sql-type)' },
  { tag: [tags.lineComment, tags.blockComment], color: 'var(--quiet)', fontStyle: 'italic' },
])

/** How the editor looks. */
export const look = EditorView.theme({
  '&': { fontSize: '0.9285rem', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', fontVariantLigatures: 'none', lineHeight: '1.6' },
  '.cm-content': { padding: '0.7rem 0', caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'transparent', border: 'none', color: 'var(--quiet)' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 0.6rem 0 0.8rem', minWidth: '2.6rem' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in oklab, var(--hover), transparent 30%)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in oklab, var(--accent), transparent 72%)',
  },
  '.cm-placeholder': { color: 'var(--quiet)' },
  '.cm-tooltip': {
    border: '1px solid var(--line)',
    borderRadius: '8px',
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    boxShadow: 'var(--shadow-high)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '0.8571rem', maxHeight: '16rem' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '0.18rem 0.6rem' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent-fill)', color: 'var(--on-accent)' },
  '.cm-completionDetail': { marginLeft: '0.8rem', fontStyle: 'normal', opacity: '0.7' },
  '.cm-completionInfo': { padding: '0.4rem 0.6rem', maxWidth: '20rem' },
  '.cm-diagnostic': { borderLeftColor: 'var(--bad)', padding: '0.35rem 0.6rem' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--bad)',
    textUnderlineOffset: '3px',
    backgroundColor: 'var(--bad-soft)',
  },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--text)' },
  '.cm-panels.cm-panels-bottom': { borderTop: '1px solid var(--line)' },
  '.cm-panel.cm-search': { padding: '0.4rem 2rem 0.4rem 0.6rem', fontFamily: 'var(--sans)' },
  '.cm-panel.cm-search label': { fontSize: '0.8571rem' },
  '.cm-panel.cm-search [name=close]': { top: '0.3rem', right: '0.6rem', color: 'var(--quiet)', fontSize: '1.2rem' },
  '.cm-textfield': {
    padding: '0.2rem 0.5rem',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius-small)',
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    fontSize: '0.8571rem',
  },
  '.cm-button, .cm-button:active': {
    padding: '0.2rem 0.6rem',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius-small)',
    backgroundImage: 'none',
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    fontSize: '0.8571rem',
  },
  '.cm-button:hover': { backgroundColor: 'var(--hover)' },
  '.cm-selectionMatch, .cm-searchMatch': { backgroundColor: 'var(--warn-soft)' },
  '.cm-searchMatch': { outline: '1px solid var(--warn)' },
  '.cm-searchMatch-selected, .cm-searchMatch-selected .cm-selectionMatch': {
    backgroundColor: 'color-mix(in oklab, var(--warn), transparent 55%)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--busy-soft)', outline: '1px solid var(--accent)' },
  '&.cm-focused .cm-nonmatchingBracket': { backgroundColor: 'var(--bad-soft)' },
})
