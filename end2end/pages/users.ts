// The Users tab and the form for a new user.
import type { Locator, Page, Response } from '@playwright/test';
import type { Organization, Person } from '../support/directory.ts';
import { visit } from '../support/visit.ts';

export class UsersPage {
  readonly path: string;
  readonly add: Locator;
  readonly search: Locator;
  readonly modal: Locator;
  readonly cancel: Locator;

  constructor(
    private readonly page: Page,
    organization: Pick<Organization, 'id'>,
  ) {
    this.path = `/organizations/${organization.id}/users`;
    this.add = page.getByRole('link', { name: '+ Add user', exact: true });
    this.search = page.getByRole('main').getByRole('searchbox');
    this.modal = page.getByRole('dialog');
    this.cancel = this.modal.getByRole('button', { name: 'Cancel', exact: true });
  }

  open(query = ''): Promise<Response> {
    return visit(this.page, this.path + query);
  }

  row(username: string): Locator {
    const name = this.page.getByRole('cell', { name: username, exact: true });
    return this.page.getByRole('row').filter({ has: name });
  }

  /** Asks; the modal answers. */
  ask(username: string, change: 'Disable' | 'Enable'): Promise<void> {
    return this.row(username).getByRole('button', { name: change, exact: true }).click();
  }

  confirm(change: 'Disable' | 'Enable'): Locator {
    return this.modal.getByRole('button', { name: `${change} user`, exact: true });
  }
}

export class UserForm {
  readonly userName: Locator;
  readonly email: Locator;
  readonly name: Locator;
  readonly password: Locator;
  readonly create: Locator;

  constructor(
    private readonly page: Page,
    private readonly organization: Organization,
  ) {
    this.userName = page.getByRole('textbox', { name: 'User name', exact: true });
    this.email = page.getByRole('textbox', { name: 'E-mail', exact: true });
    this.name = page.getByRole('textbox', { name: 'Name', exact: true });
    this.password = page.getByLabel(/^Password\b/);
    this.create = page.getByRole('button', { name: 'Create user', exact: true });
  }

  open(): Promise<Response> {
    return visit(this.page, `/organizations/${this.organization.id}/users/new`);
  }

  async fill(who: Omit<Person, 'id'>): Promise<void> {
    await this.userName.fill(who.username);
    await this.email.fill(who.email);
    await this.name.fill(who.name);
    await this.password.fill(who.password);
  }
}
