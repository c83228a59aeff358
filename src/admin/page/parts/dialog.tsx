import './dialog.css'
import { X } from 'lucide-react'
import { useEffect, useId, useRef, type ReactNode } from 'react'
import { Button } from './button.tsx'

export interface DialogProps {
  title: string
  /** A class for its size: `wide`, `side`. */
  className?: string
  onClose: () => void
  children: ReactNode
}

/** A modal dialog, open as long as it is rendered. Escape and a click outside close it. */
export function Dialog({ title, className = '', onClose, children }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const dialog = box.current
    dialog?.showModal()
    // Where a person begins: the first field, or the answer that destroys nothing.
    dialog?.querySelector<HTMLElement>('[data-first], input, select')?.focus()
    return () => dialog?.close()
  }, [])
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- Escape does the same
    <dialog
      ref={box}
      className={`dialog ${className}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === box.current) onClose()
      }}
    >
      <div className="dialog-inner">
        <header>
          <h2 id={id}>{title}</h2>
          <Button kind="plain" icon={X} label="Close" onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  )
}
