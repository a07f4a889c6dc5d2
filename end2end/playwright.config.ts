// Every spec runs twice: with JavaScript and without it; what only scripts can do is tagged `@javascript` and runs once.
// The browser is the system's Chromium.
import { defineConfig, type Project } from '@playwright/test';

/** These share one server, which takes some seconds to fill. */
const SEEDED = 'seeded/**';

const PROJECTS: Project[] = [
  { name: 'seeded', testMatch: SEEDED, workers: 1, use: { javaScriptEnabled: true } },
  { name: 'javascript', testIgnore: SEEDED, use: { javaScriptEnabled: true } },
  { name: 'no-javascript', testIgnore: SEEDED, use: { javaScriptEnabled: false }, grepInvert: /@javascript/ },
];

export default defineConfig({
  testDir: './tests',
  outputDir: './test-results',
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 30_000,
  expect: { timeout: 5_000 },
  reporter: [['list']],
  use: {
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.HERALD_CHROMIUM || '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: PROJECTS,
});
