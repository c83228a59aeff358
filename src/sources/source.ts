/** A database that runs users' SQL, as a worker needs it. */
export interface Source {
  name: string
  host: string
  port: number
  database: string
  username: string
  password: string | null
  tls: 'disable' | 'require' | 'verify-full'
  /** False: statements run in a read-only transaction that is rolled back. */
  writes: boolean
  /**
   * False: statements may come to the server in whatever session a pooler takes, so nothing is kept in one. What they
   * need is set in each transaction, and a run is known by its `application_name` instead of by its process.
   */
  preparedStatements: boolean
  /** Most connections that one process opens. */
  maxConnections: number
  /** Rises with every change; connections of an older version are not used again. */
  version: number
}
