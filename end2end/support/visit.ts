// Getting to a page, and being someone there.
import { expect, type Page, type Response, test } from '@playwright/test';
import type { Person } from './directory.ts';

/** Opens an address and waits until the page answers to events, where it will. */
export async function visit(page: Page, address: string): Promise<Response> {
  const response = await page.goto(address);
  if (!response) throw new Error(`${address} led to no page.`);
  await awake(page);
  return response;
}

/**
 * The page was taken over by its script, where there is script. After a press that leads to another page, something of that
 * page must be awaited first: the old one is awake already.
 */
export async function awake(page: Page): Promise<void> {
  const hasScript = test.info().project.use.javaScriptEnabled !== false;
  if (hasScript) await expect(page.locator('html')).toHaveAttribute('data-hydrated', '');
}

/** Signs the browser in without its form, for tests that are about something else. */
export async function signInAs(page: Page, { username, password }: Pick<Person, 'username' | 'password'>): Promise<void> {
  const answer = await page.context().request.post('/api/sso/password/login', { data: { username, password } });
  expect(answer.status(), await answer.text()).toBe(204);
}

/** Ends somebody's sessions, this browser's own too. */
export async function endSessions(page: Page, who: Pick<Person, 'username' | 'password'>): Promise<void> {
  await signInAs(page, who);
  const answer = await page.context().request.delete('/api/auth/sessions');
  expect(answer.status(), await answer.text()).toBe(204);
}
