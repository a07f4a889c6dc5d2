// How long a page may take where there is much to show.
import { expect, type Page } from '@playwright/test';

/** On two busy cores and without optimization they take 10 to 50 ms, the first one 300: what is slower than this reads too much. */
const ANSWER_MS_MAX = 1_000;

/** The page was answered soon after it was asked for. */
export async function prompt(page: Page): Promise<void> {
  const ms = await page.evaluate(() => {
    const [visit] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    return visit ? visit.responseEnd - visit.requestStart : Infinity;
  });
  expect(ms, `ms until ${page.url()} was answered`).toBeLessThanOrEqual(ANSWER_MS_MAX);
}
