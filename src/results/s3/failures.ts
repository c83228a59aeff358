/** What servers say when they have no room. */
const fullNames = new Set([
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
  'QuotaExceeded',
  'InsufficientStorage',
  'EntityTooLargeForQuota',
])

interface S3Failure {
  name?: string
  code?: string
  message?: string
  $metadata?: { httpStatusCode?: number }
}

/** Whether an error came from S3 or the way to it. */
export function isS3Failure(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    ('$metadata' in error || networkCode(error as S3Failure) !== undefined)
  )
}

/** What S3 answered or did not, without host names or keys: `SlowDown (503)`, `no answer in time`, `ECONNRESET`. */
export function whatHappened(error: unknown): string {
  const failure = error as S3Failure
  const status = failure.$metadata?.httpStatusCode
  if (failure.name === 'TimeoutError') return 'it did not answer in time'
  if (status !== undefined) return `it answered ${failure.name ?? 'an error'} (${status})`
  const code = networkCode(failure)
  if (code !== undefined) return `the connection broke (${code})`
  return failure.name ?? 'an unknown error'
}

/** Whether S3 says that there is no such object. */
export function isNotFound(error: unknown): boolean {
  const { name, $metadata } = error as S3Failure
  return name === 'NoSuchKey' || name === 'NotFound' || $metadata?.httpStatusCode === 404
}

/** Whether S3 says that it has no room. */
export function isFull(error: unknown): boolean {
  const { name = '', $metadata } = error as S3Failure
  return fullNames.has(name) || $metadata?.httpStatusCode === 507
}

function networkCode({ code }: S3Failure): string | undefined {
  return typeof code === 'string' && /^(E[A-Z]{3,}|[A-Z]+_[A-Z_]+)$/.test(code) ? code : undefined
}
