import './formDialog.css'
import type { FormEvent, ReactNode } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { ProblemNote } from './note.tsx'

export interface FormDialogProps {
  title: string
  /** On the button that sends it. */
  verb: string
  /** Why it was refused. */
  error: Error | null
  busy: boolean
  onSubmit: () => void
  onClose: () => void
  children: ReactNode
}

/** A form in a dialog of its own. */
export function FormDialog({ title, verb, error, busy, onSubmit, onClose, children }: FormDialogProps) {
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <Dialog title={title} className="wide" onClose={onClose}>
      <form className="form" onSubmit={submit}>
        {children}
        {error !== null && <ProblemNote error={error} />}
        <footer>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" kind="primary" busy={busy}>
            {verb}
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}
