import pg from 'pg'

/** How a session on the control database gets its settings. */
export interface SessionStart {
  /** Of the connection. */
  config: Pick<pg.ClientConfig, 'options'>
  /** To be called with a client that is connected, before it is asked anything. */
  onConnect: (client: pg.ClientBase) => void
}

/** Whether an address says `prepared_statements=false`: a pooler is between that takes no startup options. */
export function isPooled(connectionString: string): boolean {
  // Not as a URL: an address may have no host, as that of a unix socket.
  return new URLSearchParams(connectionString.split('?')[1]).get('prepared_statements') === 'false'
}

/**
 * Settings as startup options, which cost nothing; behind a pooler as a first statement, and
 * statements have no names there.
 */
export function sessionStart(connectionString: string, settings: Readonly<Record<string, string>>): SessionStart {
  const given = Object.entries(settings)
  if (!isPooled(connectionString)) {
    const options = given.map(([name, value]) => `-c ${name}=${value}`).join(' ')
    return { config: given.length === 0 ? {} : { options }, onConnect: () => undefined }
  }
  const statement = given.map(([name, value]) => `set ${name} = ${pg.escapeLiteral(value)}`).join('; ')
  return {
    config: {},
    onConnect(client) {
      forgetNames(client)
      // What fails here fails for whoever asks next; checkSessions has seen that the settings are taken.
      if (given.length > 0) client.query(statement).catch(() => undefined)
    },
  }
}

/** Statements of this client are sent without the names under which a session would keep them. */
function forgetNames(client: pg.ClientBase): void {
  const target = client as unknown as { query: (...args: unknown[]) => unknown }
  const { query } = target
  target.query = (...[statement, ...rest]) => {
    const isNamed =
      typeof statement === 'object' && statement !== null && 'name' in statement && !('submit' in statement)
    return Reflect.apply(query, client, [isNamed ? { ...statement, name: undefined } : statement, ...rest])
  }
}
