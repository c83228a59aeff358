import { createContext, useCallback, useContext, useRef, useState, type ReactNode } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'

export interface Question {
  title: string
  /** What will happen. */
  text: ReactNode
  /** The verb on the button: "Cancel 12 queries". */
  verb: string
  /** Whether it destroys something. */
  danger?: boolean
  /** There is nothing that it could do. */
  idle?: boolean
}

const Ask = createContext<(question: Question) => Promise<boolean>>(() => Promise.resolve(false))

/** Lets any part of the page ask before it does something. */
export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question>()
  const answer = useRef<(yes: boolean) => void>(undefined)
  const ask = useCallback((next: Question): Promise<boolean> => {
    setQuestion(next)
    return new Promise((resolve) => {
      answer.current = resolve
    })
  }, [])
  const close = (yes: boolean): void => {
    answer.current?.(yes)
    setQuestion(undefined)
  }
  return (
    <Ask value={ask}>
      {children}
      {question !== undefined && (
        <Dialog title={question.title} onClose={() => close(false)}>
          <div>{question.text}</div>
          <footer>
            <Button data-first onClick={() => close(false)}>
              Keep as it is
            </Button>
            <Button
              kind={question.danger === true ? 'danger' : 'primary'}
              disabled={question.idle === true}
              onClick={() => close(true)}
            >
              {question.verb}
            </Button>
          </footer>
        </Dialog>
      )}
    </Ask>
  )
}

/** Asks a question; fulfils with whether the answer was yes. */
export function useConfirm(): (question: Question) => Promise<boolean> {
  return useContext(Ask)
}
