// Makes what differs from run to run the same, as text of the same kind, so that pictures can be compared with nothing hidden.
import type { Page } from '@playwright/test';

/** Times, what was measured, ids, ports, signatures, and what the charts draw by the hour. */
export async function still(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const time of document.querySelectorAll('time')) {
      time.textContent = '4 min ago';
      time.removeAttribute('datetime'); // or the page says it anew
    }
    for (const drawn of document.querySelectorAll('svg > :not(.chart-line, .chart-scale)')) drawn.remove();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      text.nodeValue = (text.nodeValue ?? '')
        .replace(/\b20\d\d-\d\d-\d\dT[\d:.]+Z/g, '2026-11-24T14:02:11.204Z')
        .replace(/\b20\d\d-\d\d-\d\d\b/g, '2026-11-24')
        .replace(/\b(\d+ ms|\d+\.\d s)\b/g, '12 ms')
        .replace(/\b[0-9a-f]{24}\b/g, '65a0c1d2e3f4a5b6c7d8e9f0')
        .replace(/\b127\.0\.0\.1:\d+/g, '127.0.0.1:9000')
        .replace(/\b1\d{9}\b/g, '1795528931')
        .replace(/\bv1,[\w+/]+=*/g, 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=');
    }
  });
}
