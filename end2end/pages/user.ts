// A user's page.
import type { Locator, Page, Response } from '@playwright/test';
import type { Organization, Person } from '../support/directory.ts';
import { visit } from '../support/visit.ts';

type Action = 'Disable' | 'Enable' | 'End sessions' | 'Reset password' | 'Delete user' | 'Make platform admin';

export class UserPage {
  readonly modal: Locator;
  readonly cancel: Locator;
  /** The code that is shown once. */
  readonly told: Locator;
  /** Asked for again in the modal. */
  readonly password: Locator;

  constructor(private readonly page: Page) {
    this.modal = page.getByRole('dialog');
    this.cancel = this.modal.getByRole('button', { name: 'Cancel', exact: true });
    this.told = page.getByRole('region', { name: /^Reset code for / });
    this.password = this.modal.getByLabel('Your password', { exact: true });
  }

  open(organization: Pick<Organization, 'id'>, user: Pick<Person, 'id'>, query = ''): Promise<Response> {
    return visit(this.page, `/organizations/${organization.id}/users/${user.id}${query}`);
  }

  /** Asks; the modal answers. */
  ask(action: Action): Promise<void> {
    return this.page.getByRole('main').getByRole('button', { name: action, exact: true }).click();
  }

  confirm(words: string): Locator {
    return this.modal.getByRole('button', { name: words, exact: true });
  }
}
