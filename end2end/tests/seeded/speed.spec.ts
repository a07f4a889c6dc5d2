// B13: how soon the first page and a full one are there, and how still they stand. B11 is in `size.spec.ts`.
import type { Page } from '@playwright/test';
import { WebhooksPage } from '../../pages/webhooks.ts';
import { expect, test } from '../../support/seeded.ts';
import { loads } from '../../support/speed.ts';

const LARGEST_PAINT_MS_MAX = 1_500;
const BLOCKING_MS_MAX = 150;
const LAYOUT_SHIFT_MAX = 0.02;
/** The best counts: what runs beside this one only adds. */
const LOADS = 5;

async function expectSpeed(page: Page, what: string, address: string): Promise<void> {
  const measured = await loads(page, address, LOADS);
  const largestPaint = Math.min(...measured.map(({ largestPaintMs }) => largestPaintMs));
  const blocking = Math.min(...measured.map(({ blockingMs }) => blockingMs));
  const shift = Math.max(...measured.map(({ layoutShift }) => layoutShift));
  console.log(`B13, ${what}: LCP ${Math.round(largestPaint)} ms, blocking ${Math.round(blocking)} ms, layout shift ${shift}`);
  expect(largestPaint, 'ms until the largest paint').toBeLessThanOrEqual(LARGEST_PAINT_MS_MAX);
  expect(blocking, 'ms of blocking').toBeLessThanOrEqual(BLOCKING_MS_MAX);
  expect(shift, 'layout shift').toBeLessThanOrEqual(LAYOUT_SHIFT_MAX);
}

test.describe('signed out', () => {
  test.use({ storageState: { cookies: [], origins: [] } });

  test('the first page', ({ page }) => expectSpeed(page, 'the first page', '/sign-in'));
});

test('fifty webhooks', ({ page, seed }) =>
  expectSpeed(page, 'fifty webhooks', new WebhooksPage(page, seed.organization).path));
