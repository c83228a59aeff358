import './button.css'
import { LoaderCircle, type LucideIcon } from 'lucide-react'
import type { ButtonHTMLAttributes, ReactNode } from 'react'

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary`: the main action of a page; `danger`: destroys something; `plain`: without a frame. */
  kind?: 'primary' | 'normal' | 'danger' | 'plain'
  icon?: LucideIcon
  /** The action is under way. */
  busy?: boolean
  /** Name of a button that shows an icon only. */
  label?: string
  children?: ReactNode
}

export function Button({ kind = 'normal', icon: Icon, busy = false, label, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`button ${kind} ${children === undefined ? 'icon-only' : ''} ${rest.className ?? ''}`}
      disabled={rest.disabled === true || busy}
      aria-label={label}
      title={rest.title ?? label}
    >
      {busy ? <LoaderCircle className="spin" aria-hidden /> : Icon && <Icon aria-hidden />}
      {children}
    </button>
  )
}
