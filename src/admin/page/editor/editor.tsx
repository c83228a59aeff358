import './editor.css'
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { lintKeymap, setDiagnostics } from '@codemirror/lint'
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search'
import { Compartment, EditorState, Prec, type Extension } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view'
import { useEffect, useImperativeHandle, useRef, type Ref } from 'react'
import type { Catalog } from '../api/types.generated.ts'
import { offsetOf } from './offsetOf.ts'
import { sqlLanguage } from './sqlLanguage.ts'
import { statementAt } from './statementAt.ts'
import { colours, look } from './theme.ts'

/** What went wrong, and where: a character of the text, counted from 1 as PostgreSQL does. */
export interface SqlMistake {
  message: string
  position: number
}

/** What a page can do with its editor. */
export interface EditorHandle {
  /** The selection, or the statement around the cursor, and where it begins. */
  statement(): { sql: string; from: number }
  /** Puts text where the cursor is, and the cursor behind it. */
  insert(text: string): void
  /** Takes another text. */
  replace(text: string): void
  focus(): void
}

export interface EditorProps {
  ref?: Ref<EditorHandle>
  /** The text at first. */
  initial: string
  /** Names it for those who do not see it. */
  label: string
  onChange?: (text: string) => void
  /** Ctrl-Enter. */
  onRun?: () => void
  catalog?: Catalog | undefined
  mistake?: SqlMistake | undefined
}

/** A SQL editor with completion of tables and columns; without `onChange` it only shows. */
export function Editor({ ref, initial, label, onChange, onRun, catalog, mistake }: EditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const language = useRef(new Compartment())
  const handlers = useRef({ onChange, onRun })
  useEffect(() => {
    handlers.current = { onChange, onRun }
  })
  const isReadOnly = onChange === undefined

  useEffect(() => {
    const editor = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: initial,
        extensions: [
          language.current.of(sqlLanguage(undefined)),
          isReadOnly ? showing : editing(handlers),
          common(label),
        ],
      }),
    })
    view.current = editor
    return () => editor.destroy()
    // The text is the editor's own once it is there.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [isReadOnly, label])

  useEffect(() => {
    view.current?.dispatch({ effects: language.current.reconfigure(sqlLanguage(catalog)) })
  }, [catalog])

  useEffect(() => {
    const editor = view.current
    if (editor === null) return
    // What is only shown keeps the ends of its lines, which the source counted.
    const text = isReadOnly ? initial : editor.state.doc.toString()
    const found = mistake === undefined ? [] : [toDiagnostic(editor, text, mistake)]
    editor.dispatch(setDiagnostics(editor.state, found))
    // The text is the editor's own once it is there.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [mistake, isReadOnly])

  useImperativeHandle(
    ref,
    () => ({
      statement: () => statementAt(view.current!.state),
      insert(text) {
        view.current!.dispatch(view.current!.state.replaceSelection(text))
        view.current!.focus()
      },
      replace(text) {
        const { length } = view.current!.state.doc
        view.current!.dispatch({ changes: { from: 0, to: length, insert: text }, selection: { anchor: 0 } })
      },
      focus: () => view.current!.focus(),
    }),
    [],
  )
  return <div className={`editor ${isReadOnly ? 'read-only' : ''}`} ref={place} />
}

function common(label: string): Extension {
  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce
  return [
    nonce === undefined ? [] : EditorView.cspNonce.of(nonce),
    EditorView.contentAttributes.of({ 'aria-label': label }),
    EditorView.lineWrapping,
    lineNumbers(),
    highlightSpecialChars(),
    syntaxHighlighting(colours),
    look,
    keymap.of([...defaultKeymap, ...searchKeymap, ...lintKeymap]),
  ]
}

const showing: Extension = [EditorState.readOnly.of(true), EditorView.editable.of(false)]

function editing(handlers: { current: Pick<EditorProps, 'onChange' | 'onRun'> }): Extension {
  const run = (view: EditorView): boolean => {
    closeCompletion(view)
    handlers.current.onRun?.()
    return true
  }
  return [
    // Before the default, which makes a line of it.
    Prec.highest(keymap.of([{ key: 'Mod-Enter', run }])),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ icons: false }),
    highlightActiveLine(),
    highlightSelectionMatches(),
    placeholder('select …'),
    // Escape, then Tab, leaves the editor.
    keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, indentWithTab]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) handlers.current.onChange?.(update.state.doc.toString())
    }),
  ]
}

function toDiagnostic(
  { state }: EditorView,
  text: string,
  { message, position }: SqlMistake,
): Parameters<typeof setDiagnostics>[1][number] {
  const from = Math.min(offsetOf(text, position), state.doc.length)
  const word = state.wordAt(from)
  const to = word !== null && word.from === from ? word.to : Math.min(from + 1, state.doc.length)
  return { from: from === to ? Math.max(from - 1, 0) : from, to, severity: 'error', message }
}
