import type { Locator, Page } from '@playwright/test';
import { visit } from '../support/visit.ts';

export class SignInPage {
  readonly userName: Locator;
  readonly password: Locator;
  readonly button: Locator;

  constructor(private readonly page: Page) {
    this.userName = page.getByLabel('User name or e-mail', { exact: true });
    this.password = page.getByLabel('Password', { exact: true });
    this.button = page.getByRole('button', { name: 'Sign in', exact: true });
  }

  async open(to = ''): Promise<void> {
    await visit(this.page, to ? `/sign-in?to=${encodeURIComponent(to)}` : '/sign-in');
  }

  async signIn(who: string, password: string): Promise<void> {
    await this.userName.fill(who);
    await this.password.fill(password);
    await this.button.click();
  }
}
