// The page of the example on which each receiver is told what to answer.
import { expect, type Locator, type Page, type Response } from '@playwright/test';
import type { Demo } from '../support/herald.ts';

export type Told = '200' | '500' | '503' | 'Too late' | '410';

export class DemoReceiversPage {
  readonly heading: Locator;

  constructor(
    private readonly page: Page,
    private readonly demo: Demo,
  ) {
    this.heading = page.getByRole('heading', { level: 1 });
  }

  /** It has no scripts, so nothing has to wake. */
  open(): Promise<Response | null> {
    return this.page.goto(this.demo.receivers);
  }

  row(receiver: string): Locator {
    return this.page.getByRole('row').filter({ has: this.page.getByRole('rowheader', { name: `/${receiver}`, exact: true }) });
  }

  answer(receiver: string, told: Told): Locator {
    return this.row(receiver).getByRole('button', { name: told, exact: true });
  }

  async tell(receiver: string, told: Told): Promise<void> {
    await this.answer(receiver, told).click();
    await expect(this.answer(receiver, told)).toHaveAttribute('aria-pressed', 'true');
  }
}
