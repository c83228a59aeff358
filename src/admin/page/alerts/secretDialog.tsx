import { Button } from '../parts/button.tsx'
import { CopyButton } from '../parts/copyButton.tsx'
import { Dialog } from '../parts/dialog.tsx'

/** A signing secret, shown once. */
export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Dialog title="Its signing secret" onClose={onClose}>
      <p>With it the receiver checks that a call comes from here. It is not shown again.</p>
      <p className="row">
        <code className="grow break">{secret}</code>
        <CopyButton text={secret} label="Copy the secret" />
      </p>
      <footer>
        <Button kind="primary" onClick={onClose}>
          I have it
        </Button>
      </footer>
    </Dialog>
  )
}
