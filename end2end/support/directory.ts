// Organizations, users and webhooks for tests, made by the HTTP API with the platform admin's key. Names are unique, so
// that tests share a server without meeting each other.
import { randomBytes } from 'node:crypto';
import type { Answer, Herald } from './herald.ts';

const DELIVERY_MS_MAX = 30_000;
const PASSWORD = 'Patient-otter-lighthouse-41';

export type Role = 'org:admin' | 'org:users';
export type EventType = 'USER_CREATED' | 'USER_DISABLED' | 'USER_REMOVED_FROM_GROUP' | 'USER_LOGIN';

export interface Person {
  id: string;
  username: string;
  email: string;
  name: string;
  password: string;
}

export interface Organization {
  id: string;
  name: string;
  /** Holds `org:admin` here and is nobody elsewhere. */
  admin: Person;
}

export interface Group {
  id: string;
  name: string;
  roles: Role[];
}

/** Whose webhooks: an organization's, or the platform's. */
export type Scope = Pick<Organization, 'id'> | 'platform';

/** What their pages stand below. */
export function pagesOf(scope: Scope): string {
  return scope === 'platform' ? '/platform' : `/organizations/${scope.id}`;
}

export interface Webhook {
  id: string;
  name: string;
  type: EventType;
  url: string;
  enabled: boolean;
  description?: string;
}

export interface Delivery {
  id: string;
  status: 'pending' | 'delivered' | 'failed' | 'held' | 'cancelled';
  attempts: number;
}

/** A name that no other test has. */
export function unique(word: string): string {
  return `${word}-${randomBytes(4).toString('hex')}`;
}

/** Someone to be, not yet known to the server. */
export function person(word: string): Omit<Person, 'id'> {
  const username = unique(word);
  return { username, email: `${username}@example.com`, name: `The ${word}`, password: PASSWORD };
}

export class Directory {
  constructor(private readonly herald: Herald) {}

  async organization(): Promise<Organization> {
    const name = unique('acme');
    const { id } = await this.call('POST', '/api/organizations', { organizationName: name });
    return { id, name, admin: await this.user({ name }, 'admin', 'org:admin') };
  }

  /** One that nobody belongs to. */
  async emptyOrganization(name: string): Promise<void> {
    await this.call('POST', '/api/organizations', { organizationName: name });
  }

  async user(organization: Pick<Organization, 'name'>, word: string, role?: Role): Promise<Person> {
    const who = person(word);
    const { id } = await this.call('POST', `${at(organization)}/users`, who);
    if (role) await this.grant(organization, who.username, role);
    return { id, ...who };
  }

  async users(organization: Organization): Promise<{ id: string; username: string; active: boolean }[]> {
    return (await this.call('GET', `${at(organization)}/users`)).users;
  }

  async setActive(organization: Organization, user: Person, active: boolean): Promise<void> {
    await this.call('PUT', `${at(organization)}/users/${user.username}/active`, { active });
  }

  /** Deletes a user and what is stored about them in payloads. */
  async purge(organization: Organization, user: Person): Promise<void> {
    await this.call('DELETE', `${at(organization)}/users/${user.username}?purge=true`);
  }

  async limitSeats(organization: Organization, seats: number): Promise<void> {
    await this.call('PATCH', `${at(organization)}/seats`, { seats });
  }

  async group(organization: Organization, name: string, ...members: Person[]): Promise<Group> {
    const group = await this.call('POST', `${at(organization)}/groups`, { name });
    for (const { username } of members) {
      await this.call('POST', `${at(organization)}/groups/${encodeURIComponent(name)}/members`, { username });
    }
    return group;
  }

  async setRoles(organization: Organization, group: Group, roles: Role[]): Promise<void> {
    await this.call('PATCH', `${at(organization)}/groups/${encodeURIComponent(group.name)}/roles`, { roles });
  }

  async removeMember(organization: Organization, group: Group, { username }: Person): Promise<void> {
    const members = `${at(organization)}/groups/${encodeURIComponent(group.name)}/members`;
    await this.call('DELETE', members, { username });
  }

  async allowedTargets(organization: Organization): Promise<string[] | null> {
    return (await this.call('GET', `${at(organization)}/allowed-targets`)).allowedTargets;
  }

  async allowTargets(organization: Organization, allowedTargets: string[] | null): Promise<void> {
    await this.call('PUT', `${at(organization)}/allowed-targets`, { allowedTargets });
  }

  async seats(organization: Organization): Promise<number | null> {
    return (await this.call('GET', `${at(organization)}/seats`)).seats;
  }

  async groups(organization: Organization): Promise<Group[]> {
    return this.call('GET', `${at(organization)}/groups`);
  }

  async webhook(organization: Organization, fields: Partial<Omit<Webhook, 'id'>> = {}): Promise<Webhook> {
    return this.call('POST', `${at(organization)}/webhooks`, { ...usual(), ...fields });
  }

  async platformWebhook(fields: Partial<Omit<Webhook, 'id'>>): Promise<Webhook> {
    return this.call('POST', '/api/platform/webhooks', { ...usual(), ...fields });
  }

  /** They fire for every organization, those of other tests among them. */
  async deletePlatformWebhooks(): Promise<void> {
    const webhooks: Webhook[] = await this.call('GET', '/api/platform/webhooks');
    for (const { name } of webhooks) await this.call('DELETE', `/api/platform/webhooks/${encodeURIComponent(name)}`);
  }

  /** As the platform admin would by the API, who names no version. */
  async editWebhook(organization: Organization, name: string, fields: Partial<Omit<Webhook, 'id'>>): Promise<void> {
    await this.call('PATCH', `${at(organization)}/webhooks/${encodeURIComponent(name)}`, fields);
  }

  async deleteWebhook(organization: Organization, name: string): Promise<void> {
    await this.call('DELETE', `${at(organization)}/webhooks/${encodeURIComponent(name)}`);
  }

  async webhooks(organization: Organization): Promise<Webhook[]> {
    return this.call('GET', `${at(organization)}/webhooks`);
  }

  async deliveries(organization: Organization, webhook: Webhook): Promise<Delivery[]> {
    const path = `${at(organization)}/webhooks/${encodeURIComponent(webhook.name)}/deliveries?limit=200`;
    return (await this.call('GET', path)).deliveries;
  }

  /** Log ins of people of these names, in this order. */
  async publishLogins(organization: Organization, names: string[]): Promise<void> {
    const userId = '653c787c8e048caa7cb4e554';
    const events = names.map((username) => ({
      type: 'USER_LOGIN',
      payload: { username, email: `${username}@example.com`, userId, organization: organization.name },
    }));
    await this.publish(organization, events);
  }

  /** One batch, of which each is accepted. */
  async publish(organization: Organization, events: object[]): Promise<void> {
    const answers: { status: number }[] = await this.call('POST', `${at(organization)}/webhook-events`, events);
    const refused = answers.find(({ status }) => status >= 300);
    if (refused) throw new Error(`An event was refused: ${JSON.stringify(refused)}`);
  }

  /** The newest delivery, once it is as wanted. */
  async untilDelivery(
    organization: Organization,
    webhook: Webhook,
    wanted: (delivery: Delivery) => boolean,
  ): Promise<Delivery> {
    const until = Date.now() + DELIVERY_MS_MAX;
    for (;;) {
      const [newest] = await this.deliveries(organization, webhook);
      if (newest && wanted(newest)) return newest;
      if (Date.now() > until) throw new Error(`The newest delivery stays ${JSON.stringify(newest)}.`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  private async grant(organization: Pick<Organization, 'name'>, username: string, role: Role): Promise<void> {
    const group = unique('group');
    await this.call('POST', `${at(organization)}/groups`, { name: group, roles: [role] });
    await this.call('POST', `${at(organization)}/groups/${group}/members`, { username });
  }

  /** What the API answers, where it does not refuse. */
  async call(method: string, path: string, body?: unknown): Promise<any> {
    const answer = await this.herald.api(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${words(answer)}`);
    return answer.body;
  }
}

/** A webhook that nothing is said about. */
function usual(): Omit<Webhook, 'id'> {
  return { name: unique('hook'), type: 'USER_CREATED', url: 'http://127.0.0.1:9000/', enabled: true };
}

function at(organization: Pick<Organization, 'name'>): string {
  return `/api/organizations/${encodeURIComponent(organization.name)}`;
}

function words(answer: Answer): string {
  return typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
}
