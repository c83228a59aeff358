import { ChevronDown, type LucideIcon } from 'lucide-react'
import { useId, type ReactNode } from 'react'

export interface MenuProps {
  label: string
  icon: LucideIcon
  /** Links and buttons, each in a list item; a click on one closes the menu. */
  children: ReactNode
}

/** A button that opens a list of links or actions. */
export function Menu({ label, icon: Icon, children }: MenuProps) {
  const id = useId()
  return (
    <div className="menu">
      <button type="button" className="button" popoverTarget={id}>
        <Icon aria-hidden /> {label} <ChevronDown aria-hidden />
      </button>
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- clicks of its members come by */}
      <ul
        id={id}
        popover="auto"
        className="menu-list"
        aria-label={label}
        onClick={(event) => {
          if (event.target !== event.currentTarget) event.currentTarget.hidePopover()
        }}
      >
        {children}
      </ul>
    </div>
  )
}
