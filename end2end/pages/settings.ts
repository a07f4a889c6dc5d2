// Organization settings: the tabs.
import type { Locator, Page } from '@playwright/test';

export type Tab = 'General' | 'Users' | 'Groups' | 'Webhooks' | 'API keys' | 'Audit log';

export class Settings {
  private readonly tabs: Locator;

  constructor(page: Page) {
    this.tabs = page.getByRole('navigation', { name: 'Organization settings' });
  }

  tab(name: Tab): Locator {
    return this.tabs.getByRole('link', { name, exact: true });
  }

  /** All that are shown, in their order. */
  get links(): Locator {
    return this.tabs.getByRole('link');
  }
}
