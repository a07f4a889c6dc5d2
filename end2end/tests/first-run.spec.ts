// The first run: from the link that the server prints to the first admin, signed in.
import { expectError, summaryOf } from '../pages/form.ts';
import { FirstRunPage } from '../pages/first-run.ts';
import { Header } from '../pages/header.ts';
import { SignInPage } from '../pages/sign-in.ts';
import { expect, test } from '../support/test.ts';
import { visit } from '../support/visit.ts';

const FIRST = {
  organization: 'parallelworks',
  username: 'ada',
  email: 'ada@example.com',
  password: 'Quiet-harbour-lantern-27',
};

test('the printed link makes the organization and signs its admin in, once', async ({ page, emptyHerald, otherPage }) => {
  const firstRun = new FirstRunPage(page);
  await firstRun.open(emptyHerald.firstRunLink);
  await firstRun.submit(FIRST);
  await expect(page).toHaveURL(`${emptyHerald.url}/`);
  await new Header(page).settings.click();
  await expect(page.getByRole('main')).toContainText(FIRST.organization);

  const again = await firstRun.open(emptyHerald.firstRunLink);
  expect(again.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible();

  await new FirstRunPage(otherPage).open(emptyHerald.firstRunLink);
  await otherPage.getByRole('link', { name: 'Go to sign in' }).click();
  await new SignInPage(otherPage).signIn(FIRST.email, FIRST.password);
  await expect(otherPage).toHaveURL(`${emptyHerald.url}/`);
});

test('of two who have the link, the second is refused in words', async ({ page, emptyHerald, otherPage }) => {
  const [winner, loser] = [new FirstRunPage(page), new FirstRunPage(otherPage)];
  await loser.open(emptyHerald.firstRunLink);
  await winner.open(emptyHerald.firstRunLink);
  await winner.submit(FIRST);
  await expect(new Header(page).settings).toBeVisible();
  await loser.submit({ ...FIRST, username: 'eve', email: 'eve@example.com' });
  await expect(otherPage.getByRole('main')).toContainText(/this link does not work/i);
  await expect(new Header(otherPage).settings).toBeHidden();
});

test('a wrong link is refused in words', async ({ page, emptyHerald }) => {
  const answer = await new FirstRunPage(page).open(`${emptyHerald.url}/first-run/wrong`);
  expect(answer.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
  await expect(page.getByRole('main')).toContainText('terminal');
});

test('a mistake is shown at its field, and the link still works', async ({ page, emptyHerald }) => {
  const firstRun = new FirstRunPage(page);
  await firstRun.open(emptyHerald.firstRunLink);
  await firstRun.submit({ organization: 'a/b', username: 'a', email: 'nobody', password: 'short' });
  await expect(summaryOf(page).getByRole('link')).toHaveCount(4);
  await expectError(page, firstRun.organization, /cannot contain “\/”/);
  await expect(firstRun.userName).toHaveAccessibleDescription(/3 to 32 letters/);
  await expect(firstRun.email).toHaveValue('nobody');
  await firstRun.submit(FIRST);
  await expect(page).toHaveURL(`${emptyHerald.url}/`);
});

test('until somebody is set up, everyone is sent to sign in', async ({ page, emptyHerald }) => {
  await visit(page, `${emptyHerald.url}/`);
  await expect(page).toHaveURL(`${emptyHerald.url}/sign-in`);
});
