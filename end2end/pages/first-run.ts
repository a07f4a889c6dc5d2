import type { Locator, Page, Response } from '@playwright/test';
import { visit } from '../support/visit.ts';

export interface FirstRun {
  organization: string;
  username: string;
  email: string;
  password: string;
}

export class FirstRunPage {
  readonly organization: Locator;
  readonly userName: Locator;
  readonly email: Locator;
  readonly password: Locator;
  readonly create: Locator;

  constructor(private readonly page: Page) {
    this.organization = page.getByLabel('Organization', { exact: true });
    this.userName = page.getByLabel('User name', { exact: true });
    this.email = page.getByLabel('E-mail', { exact: true });
    this.password = page.getByLabel('Password', { exact: true });
    this.create = page.getByRole('button', { name: 'Create organization', exact: true });
  }

  open(link: string): Promise<Response> {
    return visit(this.page, link);
  }

  async submit(first: FirstRun): Promise<void> {
    await this.organization.fill(first.organization);
    await this.userName.fill(first.username);
    await this.email.fill(first.email);
    await this.password.fill(first.password);
    await this.create.click();
  }
}
