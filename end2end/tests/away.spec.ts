// The server goes away and comes back: the page says so, keeps what was typed, and goes on by itself.
import { DeliveriesPage } from '../pages/deliveries.ts';
import { toast } from '../pages/toast.ts';
import { WebhookForm } from '../pages/webhook-form.ts';
import { Directory } from '../support/directory.ts';
import { expect, test } from '../support/test.ts';
import { signInAs } from '../support/visit.ts';

test.use({ expectedInConsole: /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/ });

test.describe('by script', { tag: '@javascript' }, () => {
  test.use({ baseURL: async ({ restlessHerald }, use) => use(restlessHerald.url) });

  test('a form waits for the server, as it was typed', async ({ page, restlessHerald }) => {
    test.slow();
    const organization = await new Directory(restlessHerald).organization();
    await signInAs(page, organization.admin);
    const form = new WebhookForm(page, organization);
    await form.open();
    await form.fill({ type: 'USER_LOGIN', name: 'patient', url: 'http://127.0.0.1:9000/', description: '' });
    await restlessHerald.goAway();
    await form.create.click();
    await expect(page.getByRole('alert').filter({ hasText: 'The server cannot be reached' })).toBeVisible();
    await expect(form.name).toHaveValue('patient');
    await restlessHerald.comeBack();
    // The page asks for the server less and less often.
    await expect(toast(page, 'Webhook created successfully')).toBeVisible({ timeout: 30_000 });
    expect(await new Directory(restlessHerald).webhooks(organization)).toHaveLength(1);
  });

  test('the list says so, and says what is new when it is back', async ({ page, restlessHerald, receiver }) => {
    test.slow();
    const directory = new Directory(restlessHerald);
    const organization = await directory.organization();
    const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', url: receiver.url });
    await directory.publishLogins(organization, ['ada']);
    await receiver.next();
    await signInAs(page, organization.admin);
    await receiver.next();
    const list = new DeliveriesPage(page, organization, webhook);
    await list.open();
    await restlessHerald.goAway();
    await expect(list.live).toContainText('The server cannot be reached', { timeout: 20_000 });
    await restlessHerald.comeBack();
    await directory.publishLogins(organization, ['grace']);
    await expect(list.live.getByRole('button', { name: '1 new' })).toBeVisible({ timeout: 30_000 });
    await expect(list.live).not.toContainText('The server cannot be reached');
  });
});
