// A webhook's page: its secret and its deliveries.
import { expect, type Locator, type Page, type Response } from '@playwright/test';
import { pagesOf, type Scope, type Webhook } from '../support/directory.ts';
import { visit } from '../support/visit.ts';

export class WebhookPage {
  readonly reveal: Locator;
  readonly secret: Locator;
  readonly deliveries: Locator;
  readonly sendTest: Locator;
  readonly testResult: Locator;

  constructor(private readonly page: Page) {
    this.reveal = page.getByRole('button', { name: 'Reveal', exact: true });
    this.secret = page.getByText(/^whsec_[A-Za-z0-9+/]+=*$/);
    this.sendTest = page.getByRole('button', { name: 'Send a test', exact: true });
    this.testResult = page.locator('#test-result');
    this.deliveries = page.getByRole('table').locator('tbody').getByRole('row');
  }

  /** The overview, or another tab by the end of its address. */
  open(scope: Scope, webhook: Pick<Webhook, 'id'>, tab: '' | '/deliveries' | '/secret' | '/secret?rotate=3600' | '/edit' = ''): Promise<Response> {
    return visit(this.page, `${pagesOf(scope)}/webhooks/${webhook.id}${tab}`);
  }

  /** A figure of the overview by its words. */
  figure(words: string): Locator {
    return this.page.locator('.tile', { has: this.page.getByText(words, { exact: true }) }).locator('dd');
  }

  tab(name: string): Locator {
    return this.page.getByRole('navigation', { name: /^Webhook / }).getByRole('link', { name, exact: true });
  }

  /** The newest delivery that tells of someone. */
  delivery(username: string): Locator {
    return this.deliveries.filter({ hasText: username }).first();
  }

  /** Of a delivery, the cell below this heading. */
  async cell(delivery: Locator, heading: string): Promise<Locator> {
    const all = this.page.getByRole('columnheader');
    await expect(all.filter({ hasText: heading })).not.toHaveCount(0);
    const headings = await all.allTextContents();
    return delivery.getByRole('cell').nth(headings.findIndex((text) => text.trim() === heading));
  }
}
