// The main pages as they look, in both themes and in a narrow window, beside the pictures in `pictures/`. The first file by its
// name, since others add to what is shown.
import type { Page } from '@playwright/test';
import type { Directory } from '../../support/directory.ts';
import type { Seed } from '../../support/seed.ts';
import { expect, test } from '../../support/seeded.ts';
import { still } from '../../support/still.ts';
import { visit } from '../../support/visit.ts';

test.skip(process.platform !== 'linux', 'Elsewhere the browser does not take its fonts from a file.');

const NARROW = { width: 360, height: 720 };
const NARROW_TOO = ['sign-in', 'start', 'webhooks', 'add-webhook', 'deliveries', 'delivery'];

type Address = (at: string, seed: Seed, directory: Directory) => string | Promise<string>;

const PAGES: Record<string, Address> = {
  start: () => '/',
  webhooks: (at) => `${at}/webhooks`,
  'add-webhook': (at) => `${at}/webhooks/new`,
  overview: (at, seed) => `${at}/webhooks/${seed.webhook('crm-leavers').id}`,
  deliveries: (at, seed) => `${at}/webhooks/${seed.webhook('billing-logins').id}/deliveries`,
  delivery: async (at, seed, directory) => {
    const [newest] = await directory.deliveries(seed.organization, seed.webhook('crm-leavers'));
    return `${at}/deliveries/${newest?.id}`;
  },
  find: (at) => `${at}/find?q=ada.lovelace`,
  users: (at) => `${at}/users`,
  'audit-log': (at) => `${at}/audit-log`,
};

/** One load shows all: a theme is an attribute, and a width is the window's. */
async function compare(page: Page, name: string): Promise<void> {
  await still(page);
  for (const theme of ['light', 'dark']) {
    await page.locator('html').evaluate((html, theme) => html.setAttribute('data-theme', theme), theme);
    await expect.soft(page).toHaveScreenshot(`${name}-${theme}.png`);
  }
  if (!NARROW_TOO.includes(name)) return;
  await page.setViewportSize(NARROW);
  await expect.soft(page).toHaveScreenshot(`${name}-dark-narrow.png`);
}

for (const [name, address] of Object.entries(PAGES)) {
  test(name, async ({ page, seed, directory }) => {
    await visit(page, await address(`/organizations/${seed.organization.id}`, seed, directory));
    await compare(page, name);
  });
}

test.describe('signed out', () => {
  test.use({ storageState: { cookies: [], origins: [] } });

  test('sign-in', async ({ page }) => {
    await visit(page, '/sign-in');
    await compare(page, 'sign-in');
  });
});
