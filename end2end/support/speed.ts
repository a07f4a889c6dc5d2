// How a page's load feels: measured by the browser itself, each time with nothing in its cache.
import type { Page } from '@playwright/test';
import { visit } from './visit.ts';

/** What a task may take before it keeps somebody waiting (Web Vitals). */
const TASK_MS_MAX = 50;

export interface Load {
  /** Until the largest text or picture stood there. */
  largestPaintMs: number;
  /** Of all tasks what was beyond 50 ms each. */
  blockingMs: number;
  /** How much of the window moved, and how far; 0 is none. */
  layoutShift: number;
}

/** So many loads of a page; call it before the page has loaded anything else. */
export async function loads(page: Page, address: string, times: number): Promise<Load[]> {
  await page.addInitScript(observe);
  const session = await page.context().newCDPSession(page);
  const measured: Load[] = [];
  while (measured.length < times) {
    await session.send('Network.clearBrowserCache');
    await visit(page, address);
    measured.push(await page.evaluate(read, TASK_MS_MAX));
  }
  return measured;
}

type Observed = Window & { observed: PerformanceEntry[]; observers: PerformanceObserver[] };

function observe(): void {
  const observed: PerformanceEntry[] = [];
  const observers = ['largest-contentful-paint', 'longtask', 'layout-shift'].map((type) => {
    const observer = new PerformanceObserver((list) => observed.push(...list.getEntries()));
    observer.observe({ type, buffered: true });
    return observer;
  });
  Object.assign(window, { observed, observers });
}

/** Once the page has nothing to do any more. */
async function read(taskMsMax: number): Promise<Load> {
  await new Promise((done) => requestIdleCallback(() => requestAnimationFrame(done)));
  const { observed, observers } = window as unknown as Observed;
  const entries = [...observed, ...observers.flatMap((observer) => observer.takeRecords())];
  const ofType = (type: string) => entries.filter(({ entryType }) => entryType === type);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return {
    largestPaintMs: ofType('largest-contentful-paint').at(-1)?.startTime ?? Infinity,
    blockingMs: sum(ofType('longtask').map(({ duration }) => duration - taskMsMax)),
    layoutShift: sum(ofType('layout-shift').map((shift) => (shift as PerformanceEntry & { value: number }).value)),
  };
}
