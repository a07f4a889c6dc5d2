// B11: what the first page costs.
import { expect, test } from '../support/test.ts';
import { visit } from '../support/visit.ts';

const BUDGET_BYTES_MAX = 260 * 1024;

test('wasm and JavaScript keep within their budget and are kept for ever', { tag: '@javascript' }, async ({ page }) => {
  const assets: Promise<{ url: string; bytes: number; headers: Record<string, string> }>[] = [];
  page.on('response', (response) => {
    if (!response.url().includes('/assets/')) return;
    const sizes = response.request().sizes();
    assets.push(sizes.then(({ responseBodySize }) => ({ url: response.url(), bytes: responseBodySize, headers: response.headers() })));
  });
  await visit(page, '/sign-in');
  const all = await Promise.all(assets);
  for (const { url, headers } of all) {
    expect(headers['content-encoding'], url).toBe('br');
    expect(headers['cache-control'], url).toBe('public, max-age=31536000, immutable');
  }
  const code = all.filter(({ url }) => !url.endsWith('.css'));
  expect(code.length).toBeGreaterThanOrEqual(3);
  const total = code.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(`B11: ${Math.round(total / 1024)} KiB`);
  expect(total).toBeLessThanOrEqual(BUDGET_BYTES_MAX);
});
