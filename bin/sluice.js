#!/usr/bin/env node
// Runs the sources as they are in a checkout, and what the build made of them in the package.
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  console.error(`Sluice needs Node.js 24 or newer; this is ${process.versions.node}.`)
  process.exit(2)
}

const source = new URL('../src/cli/main.ts', import.meta.url)
const built = new URL('../dist/src/cli/main.js', import.meta.url)
const isCheckout = existsSync(source)
if (isCheckout) {
  // Kept from start to start, for threads and processes of this one, too: what strips the types
  // takes 20 MB of each. Beside the sources, because who can write it can change what runs.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url))
  enableCompileCache(process.env.NODE_COMPILE_CACHE)
}
await import(isCheckout ? source.href : built.href)
