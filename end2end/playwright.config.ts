// Every spec runs twice: with JavaScript and without it; what only scripts can do is tagged `@javascript` and runs once.
// The browser is the system's Chromium.
import { fileURLToPath } from 'node:url';
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
  timeout: 120_000,
  expect: {
    timeout: 10_000,
    // A browser that is six versions older draws 0.002 % otherwise; another accent colour is 0.5 %.
    toHaveScreenshot: { maxDiffPixelRatio: 0.0005 },
  },
  snapshotPathTemplate: 'pictures/{arg}{ext}',
  reporter: [['list']],
  use: {
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      // The same letters everywhere.
      env: { ...process.env, FONTCONFIG_FILE: fileURLToPath(new URL('support/fonts.conf', import.meta.url)) },
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
