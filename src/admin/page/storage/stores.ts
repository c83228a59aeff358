import type { Storage } from '../api/types.generated.ts'

/** Where results lie, in words. */
export const storeNames: Record<Storage['usage'][number]['store'], string> = {
  manifest: 'manifest (small)',
  postgresql: 'PostgreSQL',
  s3: 'S3',
}
