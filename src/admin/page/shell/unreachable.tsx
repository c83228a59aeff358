import './loginForm.css'
import { Button } from '../parts/button.tsx'
import { ProblemNote } from '../parts/note.tsx'
import { Logo } from './logo.tsx'

/** What is shown when the server cannot even say who is logged in. */
export function Unreachable({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <main className="login">
      <div className="login-box">
        <Logo />
        <ProblemNote error={error} />
        <Button kind="primary" onClick={onRetry}>
          Try again
        </Button>
      </div>
    </main>
  )
}
