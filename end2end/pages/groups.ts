// The Groups tab, the form for a new group, and one group's page.
import type { Locator, Page, Response } from '@playwright/test';
import type { Organization } from '../support/directory.ts';
import { visit } from '../support/visit.ts';

export class GroupsPage {
  readonly path: string;
  readonly add: Locator;
  readonly search: Locator;

  constructor(
    private readonly page: Page,
    organization: Organization,
  ) {
    this.path = `/organizations/${organization.id}/groups`;
    this.add = page.getByRole('link', { name: '+ Add group', exact: true });
    this.search = page.getByRole('main').getByRole('searchbox');
  }

  open(query = ''): Promise<Response> {
    return visit(this.page, this.path + query);
  }

  link(name: string): Locator {
    return this.page.getByRole('cell').getByRole('link', { name, exact: true });
  }
}

export class GroupForm {
  readonly name: Locator;
  readonly description: Locator;
  readonly create: Locator;

  constructor(private readonly page: Page) {
    this.name = page.getByRole('textbox', { name: 'Group name', exact: true });
    this.description = page.getByRole('textbox', { name: /^Description\b/ });
    this.create = page.getByRole('button', { name: 'Create group', exact: true });
  }

  role(role: string): Locator {
    return this.page.getByRole('checkbox', { name: role, exact: true });
  }
}

export class GroupPage {
  readonly userName: Locator;
  readonly add: Locator;
  readonly saveRoles: Locator;
  readonly delete: Locator;
  readonly modal: Locator;
  readonly cancel: Locator;

  constructor(private readonly page: Page) {
    this.userName = page.getByRole('textbox', { name: 'User name', exact: true });
    this.add = page.getByRole('button', { name: 'Add member', exact: true });
    this.saveRoles = page.getByRole('button', { name: 'Save roles', exact: true });
    this.delete = page.getByRole('main').getByRole('button', { name: 'Delete group', exact: true });
    this.modal = page.getByRole('dialog');
    this.cancel = this.modal.getByRole('button', { name: 'Cancel', exact: true });
  }

  row(username: string): Locator {
    return this.page.getByRole('row').filter({ has: this.page.getByText(username, { exact: true }) });
  }

  /** Asks; the modal answers. */
  askRemove(username: string): Promise<void> {
    return this.row(username).getByRole('button', { name: 'Remove', exact: true }).click();
  }

  confirm(words: 'Remove member' | 'Delete group'): Locator {
    return this.modal.getByRole('button', { name: words, exact: true });
  }
}
