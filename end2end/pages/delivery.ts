// A delivery's page.
import type { Locator, Page, Response } from '@playwright/test';
import { type Delivery, pagesOf, type Scope } from '../support/directory.ts';
import { visit } from '../support/visit.ts';

export class DeliveryPage {
  readonly heading: Locator;
  readonly redeliver: Locator;
  readonly verdict: Locator;
  readonly steps: Locator;
  readonly exchange: Locator;
  readonly command: Locator;
  readonly news: Locator;

  constructor(private readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1 });
    this.redeliver = page.getByRole('button', { name: 'Redeliver now', exact: true });
    this.verdict = page.locator('.banner');
    this.steps = page.locator('.timeline').getByRole('listitem');
    this.exchange = page.getByRole('region', { name: 'Request and response' });
    this.news = page.locator('.live').getByRole('button');
    this.command = this.exchange.locator('details');
  }

  open(scope: Scope, delivery: Pick<Delivery, 'id'>, query = ''): Promise<Response> {
    return visit(this.page, `${pagesOf(scope)}/deliveries/${delivery.id}${query}`);
  }

  step(words: string | RegExp): Locator {
    return this.steps.filter({ hasText: words });
  }

  side(name: 'Request' | 'Response'): Locator {
    return this.exchange.getByRole('link', { name, exact: true });
  }
}
