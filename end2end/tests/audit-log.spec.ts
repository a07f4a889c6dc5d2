// The audit log: filters, what changed, pages, files.
import { expect, test } from '../support/test.ts';
import { signInAs, visit } from '../support/visit.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

test('what changed is shown before and after, and filters stand in the address', async ({ page, organization, directory }) => {
  const user = await directory.user(organization, 'someone');
  await directory.setActive(organization, user, false);
  await directory.limitSeats(organization, 7);
  await signInAs(page, organization.admin);
  const path = `/organizations/${organization.id}/audit-log`;
  await visit(page, path);
  const rows = page.getByRole('table').locator('tbody').getByRole('row');
  const seats = rows.filter({ hasText: 'organization:set-seats' });
  await expect(seats).toContainText('seats');
  await expect(seats.locator('ins')).toHaveText('7');
  const disabled = rows.filter({ hasText: 'user:disable' });
  await expect(disabled.locator('del')).toHaveText('yes');
  await expect(disabled.locator('ins')).toHaveText('no');

  await page.getByLabel('Filter by type').selectOption('user:disable');
  await page.getByLabel('Search', { exact: true }).fill(user.username);
  await page.getByRole('main').getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`q=${user.username}&type=user%3Adisable`));
  await expect(rows).toHaveCount(1);
  await expect(page.getByRole('main')).toContainText('1 entry');

  await visit(page, `${path}?outcome=failure&actor=nobody-like-it`);
  await expect(page.getByRole('heading', { name: 'No entry matches' })).toBeVisible();
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect(page).toHaveURL(path);
});

test('a day that is none is said in words, and days are whole', async ({ page, organization }) => {
  await signInAs(page, organization.admin);
  const path = `/organizations/${organization.id}/audit-log`;
  await visit(page, `${path}?from=yesterday`);
  await expect(page.getByRole('heading', { name: '“From” is a day such as 2026-11-24' })).toBeVisible();
  // From yesterday on: it may have become midnight since.
  const [yesterday, today] = [Date.now() - DAY_MS, Date.now()].map((at) => new Date(at).toISOString().slice(0, 10));
  await visit(page, `${path}?from=${yesterday}&to=${today}`);
  await expect(page.getByRole('table')).toContainText('user:create');
  await visit(page, `${path}?to=2001-01-01`);
  await expect(page.getByRole('heading', { name: 'No entry matches' })).toBeVisible();
});

test('older entries are on further pages, and the files have what is filtered', async ({ page, organization, directory }) => {
  for (let seats = 100; seats < 160; seats += 1) await directory.limitSeats(organization, seats);
  await signInAs(page, organization.admin);
  const path = `/organizations/${organization.id}/audit-log?type=organization%3Aset-seats`;
  await visit(page, path);
  const rows = page.getByRole('table').locator('tbody').getByRole('row');
  await expect(rows).toHaveCount(50);
  await expect(page.getByRole('main')).toContainText('60 entries');
  const csv = await page.getByRole('link', { name: 'CSV' }).getAttribute('href');
  const json = await page.getByRole('link', { name: 'JSON' }).getAttribute('href');
  await page.getByRole('link', { name: 'Older entries' }).click();
  await expect(rows).toHaveCount(10);
  await expect(rows.last().locator('ins')).toHaveText('100');
  await expect(page.getByRole('link', { name: 'Older entries' })).toHaveCount(0);

  const file = await page.context().request.get(String(csv));
  expect(file.headers()['content-disposition']).toContain('audit-log.csv');
  expect((await file.text()).trim().split('\r\n')).toHaveLength(61);
  const list = await (await page.context().request.get(String(json))).json();
  expect(list).toHaveLength(60);
  expect(new Set(list.map(({ type }: { type: string }) => type))).toEqual(new Set(['organization:set-seats']));
});
