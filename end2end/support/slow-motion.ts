// Animations that take a hundred times as long, so that a busy machine has the time to look at what goes away by itself.
import type { Page } from '@playwright/test';

const PLAYBACK_RATE = 0.01;

/** On this page and all that it goes on to. */
export async function slowMotion(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Animation.enable');
  await session.send('Animation.setPlaybackRate', { playbackRate: PLAYBACK_RATE });
}
