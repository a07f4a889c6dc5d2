// Finding an event.
import type { Locator, Page, Response } from '@playwright/test';
import type { Organization } from '../support/directory.ts';
import { visit } from '../support/visit.ts';

export class FindPage {
  readonly path: string;
  readonly field: Locator;
  readonly events: Locator;
  readonly older: Locator;

  constructor(
    private readonly page: Page,
    organization: Organization,
  ) {
    this.path = `/organizations/${organization.id}/find`;
    this.field = page.getByRole('searchbox', { name: 'User name, e-mail or id' });
    this.events = page.locator('section.found');
    this.older = page.getByRole('link', { name: 'Older', exact: true });
  }

  open(text: string): Promise<Response> {
    return visit(this.page, `${this.path}?q=${encodeURIComponent(text)}`);
  }

  event(title: string): Locator {
    return this.events.filter({ has: this.page.getByRole('heading', { name: title }) });
  }

  /** What is said of a webhook below an event. */
  row(event: Locator, webhook: string): Locator {
    return event.getByRole('row').filter({ hasText: webhook });
  }
}
