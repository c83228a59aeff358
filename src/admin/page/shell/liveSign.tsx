import { useLiveness } from '../api/live.ts'

const looks = {
  live: { text: 'Live', title: 'What is shown is kept up to date' },
  polling: {
    text: 'Every 2 s',
    title: 'No events come from the server, so queries are read again every two seconds',
  },
  stale: { text: 'Away', title: 'The server does not answer as it should, so this may be out of date' },
}

/** How fresh the page is. */
export function LiveSign() {
  const liveness = useLiveness()
  if (liveness === undefined) return null
  const { text, title } = looks[liveness]
  return (
    <span className="live-sign" data-liveness={liveness} title={title}>
      {text}
    </span>
  )
}
