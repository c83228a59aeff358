import { join } from 'node:path'
import { defineConfig } from 'vite'

// `npm run dev:admin` serves the page from its sources, and takes the API from the server at SLUICE_URL.
const api = process.env['SLUICE_URL'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  root: join(import.meta.dirname, '../src/admin/page'),
  base: '/admin/',
  // A server puts the nonce of its answer in that place; Vite's own has no policy that asks for one.
  html: process.argv.includes('dev') ? {} : { cspNonce: '__NONCE__' },
  build: {
    // The licences of the libraries come with them.
    license: { fileName: 'licenses.md' },
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // 'use client' of React's libraries is for servers that render.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  server: { proxy: { '/v1': api, '/health': api } },
})
