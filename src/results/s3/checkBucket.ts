import { randomUUID } from 'node:crypto'
import type { S3Config } from '../../config.ts'
import { UsageError } from '../../errors.ts'
import type { S3Bucket } from './bucket.ts'
import { whatHappened } from './failures.ts'

/**
 * Uses the bucket once as results will: lists, and, if the process writes results, stores an
 * object and deletes it. An S3 that does not answer, or is overloaded, is no reason not to start.
 *
 * @throws UsageError that names the setting to look at
 */
export async function checkBucket(bucket: S3Bucket, writes: boolean): Promise<void> {
  const { config } = bucket
  const { client, sdk } = await bucket.open()
  const where = { Bucket: config.bucket }
  const probe = { ...where, Key: `${config.prefix}probes/${randomUUID()}` }
  try {
    await client.send(new sdk.ListObjectsV2Command({ ...where, Prefix: config.prefix, MaxKeys: 1 }))
    if (!writes) return
    await client.send(new sdk.PutObjectCommand({ ...bucket.objectSettings, ...probe, Body: 'sluice' }))
    await client.send(new sdk.DeleteObjectCommand(probe))
  } catch (error) {
    const advice = adviceFor(error, config)
    if (advice === undefined) return
    throw new UsageError(
      `S3 cannot be used for results: bucket ${config.bucket}${config.endpoint === undefined ? '' : ` at ${config.endpoint}`}, ${whatHappened(error)}. ${advice}`,
    )
  }
}

function adviceFor(error: unknown, { region, pathStyle }: S3Config): string | undefined {
  const {
    name = '',
    code = '',
    message = '',
    $metadata,
  } = error as { name?: string; code?: string; message?: string; $metadata?: { httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode ?? 0
  if (name === 'CredentialsProviderError') {
    return 'Set SLUICE_S3_ACCESS_KEY_ID and SLUICE_S3_SECRET_ACCESS_KEY, or give the machine a role.'
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return pathStyle
      ? 'There is no such host: look at SLUICE_S3_ENDPOINT.'
      : 'There is no such host: look at SLUICE_S3_ENDPOINT, or set SLUICE_S3_PATH_STYLE to true.'
  }
  if (code === 'ECONNREFUSED') return 'Nothing listens there: look at SLUICE_S3_ENDPOINT.'
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/.test(code)) {
    return 'Its certificate is not trusted: name the file of the authority that signed it in SLUICE_S3_CA_FILE.'
  }
  if (code === 'EPROTO' || /wrong version number|SSL/.test(message)) {
    return 'It does not speak TLS: SLUICE_S3_ENDPOINT begins with http:// if it needs none.'
  }
  if (name === 'NoSuchBucket') return 'There is no such bucket: make it, or look at SLUICE_S3_BUCKET.'
  if (name === 'PermanentRedirect' || name === 'AuthorizationHeaderMalformed' || status === 301) {
    return `The bucket is not in region ${region}: set SLUICE_S3_REGION.`
  }
  if (name === 'InvalidAccessKeyId' || name === 'SignatureDoesNotMatch') {
    return 'Look at SLUICE_S3_ACCESS_KEY_ID and SLUICE_S3_SECRET_ACCESS_KEY.'
  }
  if (status === 403) {
    return 'The access key needs s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on its objects.'
  }
  if (status >= 400 && status < 500) return 'Look at the SLUICE_S3_* settings.'
  return undefined
}
