import type { Command } from 'commander'
import { loadConfig } from '../../config.ts'
import { createApiClient, type ApiClient } from './apiClient.ts'

/** The option that every command has which talks to a server. */
export interface UrlOption {
  url?: string | undefined
}

/** Adds `--url` to a command. */
export function addUrlOption(command: Command): Command {
  return command.option('--url <address>', 'address of the server (default: SLUICE_URL)')
}

/** A client of the configured server; throws UsageError. */
export function connect({ url }: UrlOption): ApiClient {
  const { serverUrl, apiKey } = loadConfig({ SLUICE_URL: url })
  return createApiClient({ url: serverUrl, apiKey })
}
