// The header of every page.
import type { Locator, Page } from '@playwright/test';

export class Header {
  constructor(private readonly page: Page) {}

  /** The first of that name: whoever is told to press it finds it at the top. */
  get settings(): Locator {
    return this.page.getByRole('link', { name: 'Organization settings', exact: true }).first();
  }

  get find(): Locator {
    return this.page.getByRole('banner').getByRole('searchbox', { name: 'Find an event, user or id' });
  }

  /** What opens the menu of the user, or of the organizations, by what stands on it. */
  menu(words: string): Locator {
    return this.page.getByRole('banner').locator('summary', { hasText: words });
  }

  async openMenu(username: string): Promise<void> {
    await this.menu(username).click();
  }

  theme(name: 'System' | 'Light' | 'Dark'): Locator {
    return this.page.getByRole('group', { name: 'Theme' }).getByRole('button', { name, exact: true });
  }

  async signOut(username: string): Promise<void> {
    await this.openMenu(username);
    await this.page.getByRole('button', { name: 'Sign out', exact: true }).click();
  }
}
