// The browser's clock, where a test is about time.
import type { Page } from '@playwright/test';
import { awake } from './visit.ts';

/** From now on no time passes in the page but what is put forward. Its clock was installed before the page was opened. */
export async function stopClock(page: Page): Promise<void> {
  await awake(page);
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1_000);
}
