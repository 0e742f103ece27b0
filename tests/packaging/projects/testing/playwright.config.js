import { defineConfig } from '@playwright/test'

export default defineConfig({
  testMatch: '*.spec.js',
  reporter: 'line',
  timeout: 120_000,
  use: {
    baseURL: process.env.APP_URL,
    launchOptions: { executablePath: process.env.CHROME, args: process.env.FLAGS.split(' ') },
  },
})
