// The Deliveries tab of a webhook.
import type { Locator, Page, Response } from '@playwright/test';
import { pagesOf, type Scope, type Webhook } from '../support/directory.ts';
import { visit } from '../support/visit.ts';

export class DeliveriesPage {
  readonly path: string;
  readonly rows: Locator;
  readonly boxes: Locator;
  readonly all: Locator;
  readonly status: Locator;
  readonly filter: Locator;
  readonly redeliverSelected: Locator;
  readonly redeliverAll: Locator;
  readonly modal: Locator;
  readonly job: Locator;
  readonly live: Locator;
  readonly older: Locator;
  readonly newest: Locator;

  constructor(
    private readonly page: Page,
    scope: Scope,
    webhook: Pick<Webhook, 'id'>,
  ) {
    this.path = `${pagesOf(scope)}/webhooks/${webhook.id}/deliveries`;
    this.rows = page.getByRole('table').locator('tbody').getByRole('row');
    this.boxes = this.rows.getByRole('checkbox');
    this.all = page.getByRole('columnheader').getByRole('checkbox');
    this.status = page.getByLabel('Filter by status');
    this.filter = page.getByRole('button', { name: 'Filter', exact: true });
    this.redeliverSelected = page.getByRole('button', { name: /^Redeliver selected( \(\d+\))?$/ });
    this.redeliverAll = page.getByRole('link', { name: /^Redeliver all/ });
    this.modal = page.getByRole('dialog');
    this.job = page.getByRole('region', { name: 'Job' });
    this.live = page.locator('.live');
    const pages = page.getByRole('navigation', { name: 'Pages of deliveries' });
    this.older = pages.getByRole('link', { name: 'Older', exact: true });
    this.newest = pages.getByRole('link', { name: 'Newest', exact: true });
  }

  open(query = ''): Promise<Response> {
    return visit(this.page, this.path + query);
  }

  confirm(words: string | RegExp): Locator {
    return this.modal.getByRole('button', { name: words });
  }
}
