// The API keys tab and the form for a new key.
import type { Locator, Page, Response } from '@playwright/test';
import type { Organization } from '../support/directory.ts';
import { visit } from '../support/visit.ts';

export class ApiKeysPage {
  readonly path: string;
  readonly add: Locator;
  readonly title: Locator;
  readonly age: Locator;
  readonly create: Locator;
  /** Asked for again, where it was given long ago. */
  readonly password: Locator;
  /** The key that is shown once. */
  readonly told: Locator;
  readonly modal: Locator;

  constructor(
    private readonly page: Page,
    organization: Organization,
  ) {
    this.path = `/organizations/${organization.id}/api-keys`;
    this.add = page.getByRole('link', { name: '+ Add API key', exact: true });
    this.title = page.getByRole('textbox', { name: /^Title\b/ });
    this.age = page.getByRole('combobox', { name: 'Expires after', exact: true });
    this.create = page.getByRole('button', { name: 'Create API key', exact: true });
    this.password = page.getByLabel('Your password', { exact: true });
    this.told = page.getByRole('region', { name: /^Your new API key/ });
    this.modal = page.getByRole('dialog');
  }

  open(): Promise<Response> {
    return visit(this.page, this.path);
  }

  row(title: string): Locator {
    return this.page.getByRole('row').filter({ has: this.page.getByRole('cell', { name: title, exact: true }) });
  }
}
