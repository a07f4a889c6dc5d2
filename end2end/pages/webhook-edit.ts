// Editing a webhook.
import type { Locator, Page, Response } from '@playwright/test';
import { pagesOf, type Scope, type Webhook } from '../support/directory.ts';
import { visit } from '../support/visit.ts';

export class WebhookEditPage {
  readonly name: Locator;
  readonly url: Locator;
  readonly description: Locator;
  readonly headers: Locator;
  readonly save: Locator;
  readonly problem: Locator;

  constructor(private readonly page: Page) {
    this.name = page.getByRole('textbox', { name: 'Webhook name', exact: true });
    this.url = page.getByRole('textbox', { name: 'URL', exact: true });
    this.description = page.getByRole('textbox', { name: /^Description\b/ });
    this.headers = page.getByRole('textbox', { name: /^Request headers\b/ });
    this.save = page.getByRole('button', { name: 'Save webhook', exact: true });
    this.problem = page.getByRole('main').getByRole('alert');
  }

  open(scope: Scope, webhook: Pick<Webhook, 'id'>): Promise<Response> {
    return visit(this.page, `${pagesOf(scope)}/webhooks/${webhook.id}/edit`);
  }

  removal(header: string): Locator {
    return this.page.getByRole('checkbox', { name: `Remove ${header}` });
  }
}
