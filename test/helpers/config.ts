import { loadConfig, type Config } from '../../src/config.ts'

/** TEST_LOG_LEVEL=debug shows the logs of what tests start. */
export const testLogLevel = process.env['TEST_LOG_LEVEL'] || 'silent'

/** A configuration made of these environment variables alone, not of those of the test's process. */
export function testConfig(
  settings: Record<string, string> & { DATABASE_URL: string },
): Config & { databaseUrl: string } {
  const config = loadConfig({}, { SLUICE_LOG_LEVEL: testLogLevel, SLUICE_DRAIN_SECONDS: '5', ...settings })
  return { ...config, databaseUrl: settings.DATABASE_URL }
}
