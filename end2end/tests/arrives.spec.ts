// From a click in the browser to a POST received: the newcomer's story.
import { SignInPage } from '../pages/sign-in.ts';
import { expectToast } from '../pages/toast.ts';
import { UserForm, UsersPage } from '../pages/users.ts';
import { WebhookForm } from '../pages/webhook-form.ts';
import { WebhookPage } from '../pages/webhook.ts';
import { WebhooksPage } from '../pages/webhooks.ts';
import { person } from '../support/directory.ts';
import { verify } from '../support/receiver.ts';
import { expect, test } from '../support/test.ts';
import { signInAs, visit } from '../support/visit.ts';

test('a created and a disabled user arrive, signed', async ({ page, otherPage, organization, directory, receiver }) => {
  await signInAs(page, organization.admin);
  const form = new WebhookForm(page, organization);
  for (const type of ['USER_CREATED', 'USER_DISABLED']) {
    await form.open();
    await form.fill({ type, name: type.toLowerCase(), url: `${receiver.url}/${type}`, description: '' });
    await form.create.click();
    await expectToast(page, 'Webhook created successfully');
  }
  const who = person('leaver');
  const users = new UserForm(page, organization);
  await users.open();
  await users.fill(who);
  await users.create.click();
  await expectToast(page, 'User created successfully');

  const signIn = new SignInPage(otherPage);
  await signIn.open();
  await signIn.signIn(who.username, who.password);
  await expect(otherPage.getByRole('heading', { level: 1 })).toContainText('Hello');
  const created = await receiver.next((request) => request.path === '/USER_CREATED');
  const [webhook] = (await directory.webhooks(organization)).filter(({ type }) => type === 'USER_CREATED');
  const [user] = (await directory.users(organization)).filter(({ username }) => username === who.username);
  if (!webhook || !user) throw new Error('The webhook or the user is not there.');
  const { username, email } = who;
  const told = { username, email, userId: user.id, organization: organization.name };
  const owner = { id: webhook.id, organization: organization.name, name: 'user_created' };
  expect(created.body.toString()).toBe(
    JSON.stringify({ type: 'USER_CREATED', webhook: owner, payload: { ...told, remainingSeats: null } }),
  );

  const detail = new WebhookPage(page);
  await detail.open(organization, webhook);
  await detail.tab('Secret').click();
  await expect(detail.tab('Secret')).toHaveAttribute('aria-current', 'page');
  await expect(detail.secret).toHaveCount(0);
  await detail.reveal.click();
  await expect(detail.secret).toBeVisible();
  expect(verify(await detail.secret.innerText(), created)).toBe(true);
  await page.reload();
  await expect(detail.secret).toHaveCount(0);
  await detail.tab('Deliveries').click();
  const delivery = detail.delivery(who.username);
  await expect(await detail.cell(delivery, 'Status')).toHaveText('Delivered');
  await expect(await detail.cell(delivery, 'Response')).toContainText('200');

  const list = new UsersPage(page, organization);
  await list.open();
  await list.ask(who.username, 'Disable');
  await expect(list.modal).toContainText('user_disabled');
  await list.confirm('Disable').click();
  await expectToast(page, 'User disabled');
  const disabled = await receiver.next((request) => request.path === '/USER_DISABLED');
  expect(disabled.json().payload).toEqual(told);
  await visit(otherPage, '/');
  await expect(otherPage).toHaveURL('/sign-in');
  await list.ask(who.username, 'Enable');
  await list.confirm('Enable').click();
  await expectToast(page, 'User enabled');
  await expect(list.row(who.username)).toContainText('Active');
});

test('what did not arrive says why and when it is tried again', async ({ page, organization, directory, receiver }) => {
  receiver.answerWith(500);
  const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', url: receiver.url });
  await signInAs(page, organization.admin);
  await receiver.next();
  const detail = new WebhookPage(page);
  await expect(async () => {
    await detail.open(organization, webhook, '/deliveries');
    await expect(await detail.cell(detail.delivery(organization.admin.username), 'Response')).toContainText('500', {
      timeout: 500,
    });
  }).toPass();
  const delivery = detail.delivery(organization.admin.username);
  await expect(await detail.cell(delivery, 'Status')).toHaveText('Pending');
  await expect(await detail.cell(delivery, 'Next attempt')).toHaveText(/^(now|just now|in .+)$/);
});

test('what happens while a webhook is disabled is held', async ({ page, organization, directory }) => {
  const webhook = await directory.webhook(organization, { type: 'USER_LOGIN' });
  await signInAs(page, organization.admin);
  const detail = new WebhookPage(page);
  await detail.open(organization, webhook);
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await expectToast(page, 'Webhook disabled');
  await signInAs(page, organization.admin);
  await detail.open(organization, webhook, '/deliveries');
  await expect(await detail.cell(detail.delivery(organization.admin.username), 'Status')).toHaveText('Held');
  const webhooks = new WebhooksPage(page, organization);
  await webhooks.open();
  await expect(webhooks.row(webhook.name)).toContainText('held');
});
