import { QueryClientProvider } from '@tanstack/react-query'
import { Router } from 'wouter'
import { createReadings } from './api/readings.ts'
import { ConfirmProvider } from './parts/confirm.tsx'
import { NowProvider } from './parts/now.tsx'
import { ToastProvider } from './parts/toasts.tsx'
import { pages } from './pages.ts'
import { Gate } from './shell/gate.tsx'
import { Shell } from './shell/shell.tsx'

const readings = createReadings()

/** The whole page. */
export function App() {
  return (
    <QueryClientProvider client={readings}>
      <Router base="/admin">
        <NowProvider>
          <ToastProvider>
            <Gate>
              <ConfirmProvider>
                <Shell pages={pages} />
              </ConfirmProvider>
            </Gate>
          </ToastProvider>
        </NowProvider>
      </Router>
    </QueryClientProvider>
  )
}
