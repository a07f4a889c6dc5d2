// The Webhooks tab.
import type { Locator, Page, Response } from '@playwright/test';
import { pagesOf, type Scope } from '../support/directory.ts';
import { visit } from '../support/visit.ts';

export class WebhooksPage {
  readonly path: string;
  readonly add: Locator;
  readonly delete: Locator;
  /** The checkbox above the rows. */
  readonly all: Locator;
  readonly search: Locator;
  readonly type: Locator;
  readonly status: Locator;
  readonly modal: Locator;
  readonly cancel: Locator;
  readonly confirm: Locator;

  constructor(
    private readonly page: Page,
    scope: Scope,
  ) {
    this.path = `${pagesOf(scope)}/webhooks`;
    this.add = page.getByRole('link', { name: /^\+ Add (W|platform w)ebhook$/ });
    this.delete = page.getByRole('button', { name: /^Delete webhooks( \(\d+\))?$/ });
    this.all = page.getByRole('columnheader').getByRole('checkbox');
    this.search = page.getByRole('main').getByRole('searchbox');
    this.type = page.getByLabel('Filter by type');
    this.status = page.getByLabel('Filter by status');
    this.modal = page.getByRole('dialog');
    this.cancel = this.modal.getByRole('button', { name: 'Cancel', exact: true });
    this.confirm = this.modal.getByRole('button', { name: 'Delete', exact: true });
  }

  open(query = ''): Promise<Response> {
    return visit(this.page, this.path + query);
  }

  /** How many there are, and how many of them are selected. */
  get note(): Locator {
    return this.page.locator('.table-note > span');
  }

  pages(name: 'Previous' | 'Next'): Locator {
    return this.page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name, exact: true });
  }

  row(name: string): Locator {
    return this.page.getByRole('row').filter({ has: this.link(name) });
  }

  link(name: string): Locator {
    return this.page.getByRole('cell').getByRole('link', { name, exact: true });
  }

  /** The names that are listed. */
  get names(): Locator {
    return this.page.getByRole('cell').getByRole('link');
  }

  checkbox(name: string): Locator {
    return this.row(name).getByRole('checkbox');
  }
}
