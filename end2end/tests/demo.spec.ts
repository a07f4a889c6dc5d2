// The filled example: whoever starts it looks around, makes a receiver fail, and mends it.
import { DeliveryPage } from '../pages/delivery.ts';
import { DemoReceiversPage } from '../pages/demo-receivers.ts';
import { Header } from '../pages/header.ts';
import { Settings } from '../pages/settings.ts';
import { SignInPage } from '../pages/sign-in.ts';
import { expectToast } from '../pages/toast.ts';
import { UsersPage } from '../pages/users.ts';
import { WebhookPage } from '../pages/webhook.ts';
import { expect, test } from '../support/test.ts';
import { awake, visit } from '../support/visit.ts';

/** The receiver of the webhook “Door badges”. */
const BADGES = 'door-badges';
/** Nothing happens to her while one looks around. */
const LEAVER = 'grace.lee';

test.use({ baseURL: async ({ demo }, use) => use(demo.url) });

test('a receiver is told to fail, and what failed is sent again once it works', async ({ page, otherPage, demo }) => {
  test.slow();
  const [signIn, receivers] = [new SignInPage(page), new DemoReceiversPage(otherPage, demo)];
  await signIn.open();
  await signIn.signIn(demo.username, demo.password);
  await expect(page.getByRole('region', { name: 'What failed lately' })).toBeVisible();
  await receivers.open();
  await expect(receivers.heading).toHaveText('Receivers of the example');
  await expect(receivers.answer(BADGES, '200')).toHaveAttribute('aria-pressed', 'true');
  await receivers.tell(BADGES, '500');
  await expect(receivers.answer(BADGES, '200')).toHaveAttribute('aria-pressed', 'false');

  await awake(page);
  await new Header(page).settings.click();
  await new Settings(page).tab('Webhooks').click();
  await page.getByRole('cell').getByRole('link', { name: 'Door badges', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Door badges');
  await awake(page);
  const [webhook, detail, delivery] = [page.url(), new WebhookPage(page), new DeliveryPage(page)];
  await detail.sendTest.click();
  await expect(detail.testResult).toContainText('The test did not arrive');
  await expect(detail.testResult).toContainText('The receiver answered 500');
  await expect(detail.testResult).toContainText('look into its log');

  const [, organization = ''] = /organizations\/([0-9a-f]{24})/.exec(webhook) ?? [];
  const users = new UsersPage(page, { id: organization });
  await users.open(`?q=${LEAVER}`);
  await users.ask(LEAVER, 'Disable');
  await expect(users.modal).toContainText('Door badges');
  await awake(page);
  await users.confirm('Disable').click();
  await expectToast(page, 'User disabled');
  await visit(page, `${webhook}/deliveries`);
  await detail.delivery(LEAVER).getByRole('link', { name: LEAVER }).click();
  await expect(delivery.heading).toContainText(LEAVER);
  await expect(async () => {
    await page.reload();
    await expect(delivery.verdict).toContainText('The receiver answered 500', { timeout: 500 });
  }).toPass();
  await delivery.side('Response').click();
  await expect(delivery.exchange).toContainText("cannot read properties of null (reading 'email')");

  await receivers.tell(BADGES, '200');
  await awake(page);
  await delivery.redeliver.click();
  await expectToast(page, 'It is sent again now');
  await expect(async () => {
    await page.reload();
    await expect(delivery.step(/Attempt \d+.*Delivered/s)).toBeVisible({ timeout: 500 });
  }).toPass();
  await visit(page, webhook);
  await detail.sendTest.click();
  await expect(detail.testResult).toContainText('The test was delivered');
});
