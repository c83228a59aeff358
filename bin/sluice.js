#!/usr/bin/env node
// Runs the sources as they are in a checkout, and what the build made of them in the package.
import { existsSync } from 'node:fs'

const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  console.error(`Sluice needs Node.js 24 or newer; this is ${process.versions.node}.`)
  process.exit(2)
}

const source = new URL('../src/cli/main.ts', import.meta.url)
const built = new URL('../dist/src/cli/main.js', import.meta.url)
await import(existsSync(source) ? source.href : built.href)
