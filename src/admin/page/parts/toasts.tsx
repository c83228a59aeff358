import './toasts.css'
import { CircleAlert, CircleCheck } from 'lucide-react'
import { createContext, useCallback, useContext, useState, type ReactNode } from 'react'

interface Toast {
  id: number
  tone: 'good' | 'bad'
  text: string
}

const shownMs = 6_000
let lastId = 0
const Say = createContext<(text: string, tone?: Toast['tone']) => void>(() => undefined)

/** Short messages about what an action came to. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([])
  const say = useCallback((text: string, tone: Toast['tone'] = 'good') => {
    const toast = { id: ++lastId, tone, text }
    setToasts((shown) => [...shown.slice(-3), toast])
    setTimeout(() => setToasts((shown) => shown.filter(({ id }) => id !== toast.id)), shownMs)
  }, [])
  return (
    <Say value={say}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map(({ id, tone, text }) => (
          <div key={id} className={`toast ${tone}`}>
            {tone === 'good' ? <CircleCheck aria-hidden /> : <CircleAlert aria-hidden />}
            {text}
          </div>
        ))}
      </div>
    </Say>
  )
}

/** Shows a message for some seconds. */
export function useSay(): (text: string, tone?: 'good' | 'bad') => void {
  return useContext(Say)
}
