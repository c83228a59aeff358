import { Component, type ReactNode } from 'react'
import { Note } from '../parts/note.tsx'

/** Keeps an error of one page from taking the others with it. */
export class Failure extends Component<{ children: ReactNode }, { error: Error | undefined }> {
  override state: { error: Error | undefined } = { error: undefined }

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <Note tone="bad" title="This page broke">
        {error.message} Load it again; if that does not help, the server may have been updated meanwhile.
      </Note>
    )
  }
}
