// Every spec runs twice: with JavaScript and without it; what only scripts can do is tagged `@javascript` and runs once.
// With `HERALD_SCREENSHOTS=folder` the pages are photographed instead. The browser is the system's Chromium.
import { defineConfig, type Project } from '@playwright/test';

const TESTS: Project[] = [
  { name: 'javascript', use: { javaScriptEnabled: true } },
  { name: 'no-javascript', use: { javaScriptEnabled: false }, grepInvert: /@javascript/ },
];
const SCREENSHOTS: Project[] = [{ name: 'screenshots', testDir: '.', testMatch: 'screenshots.ts' }];

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
  projects: process.env.HERALD_SCREENSHOTS ? SCREENSHOTS : TESTS,
});
