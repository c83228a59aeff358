import { Monitor, Moon, Sun } from 'lucide-react'
import { useState } from 'react'
import { applyTheme, storedTheme, themes } from './theme.ts'

const looks = {
  system: { label: 'As the system', icon: Monitor },
  light: { label: 'Light', icon: Sun },
  dark: { label: 'Dark', icon: Moon },
}

/** Light, dark, or as the machine has it. */
export function ThemeSwitch() {
  const [chosen, setChosen] = useState(storedTheme)
  return (
    <div className="theme-switch" role="radiogroup" aria-label="Colours">
      {themes.map((theme) => {
        const { label, icon: Icon } = looks[theme]
        return (
          <label key={theme} title={label}>
            <input
              type="radio"
              name="theme"
              className="visually-hidden"
              checked={theme === chosen}
              aria-label={label}
              onChange={() => {
                applyTheme(theme)
                setChosen(theme)
              }}
            />
            <Icon aria-hidden />
          </label>
        )
      })}
    </div>
  )
}
