// Adding a webhook.
import { expect, type Locator, type Page, type Response } from '@playwright/test';
import { pagesOf, type Scope } from '../support/directory.ts';
import { visit } from '../support/visit.ts';

/** What is typed, by field. */
export interface TypedWebhook {
  type: string;
  name: string;
  url: string;
  description: string;
}

export class WebhookForm {
  readonly path: string;
  readonly type: Locator;
  readonly name: Locator;
  readonly url: Locator;
  readonly description: Locator;
  readonly headers: Locator;
  readonly enable: Locator;
  readonly create: Locator;
  readonly createAndTest: Locator;

  constructor(
    private readonly page: Page,
    scope: Scope,
  ) {
    this.path = `${pagesOf(scope)}/webhooks/new`;
    this.type = page.getByRole('combobox', { name: 'Type', exact: true });
    this.name = page.getByRole('textbox', { name: 'Webhook name', exact: true });
    this.url = page.getByRole('textbox', { name: 'URL', exact: true });
    this.description = page.getByRole('textbox', { name: /^Description\b/ });
    this.headers = page.getByRole('textbox', { name: /^Request headers\b/ });
    this.enable = page.getByRole('checkbox', { name: 'Enable', exact: true });
    this.create = page.getByRole('button', { name: 'Create webhook', exact: true });
    this.createAndTest = page.getByRole('button', { name: 'Create and send a test', exact: true });
  }

  open(): Promise<Response> {
    return visit(this.page, this.path);
  }

  async fill(typed: TypedWebhook): Promise<void> {
    await this.type.selectOption(typed.type);
    await this.name.fill(typed.name);
    await this.url.fill(typed.url);
    await this.description.fill(typed.description);
  }

  async expectTyped(typed: TypedWebhook): Promise<void> {
    await expect(this.type).toHaveValue(typed.type);
    await expect(this.name).toHaveValue(typed.name);
    await expect(this.url).toHaveValue(typed.url);
    await expect(this.description).toHaveValue(typed.description);
  }
}
