// A server as it is after some months: 50 webhooks in every state and 10,000 deliveries, sent to real receivers.
import { request } from '@playwright/test';
import { type Delivery, Directory, type Organization, type Person, type Webhook } from './directory.ts';
import type { Herald } from './herald.ts';
import { Receiver } from './receiver.ts';
import { DISABLED_PEOPLE, deliveriesTo, GROUPS, KINDS, type Kind, LOGINS, PEOPLE, type State, SYSTEMS } from './seed-plan.ts';

/** What the fixture may take where the machine is slow. */
export const SEED_MS_MAX = 180_000;
const SETTLED_MS_MAX = 90_000;
/** After these the next attempt is minutes away, so that pages stay as they are while they are looked at. */
const FAILED_ATTEMPTS = 2;
const BATCH_EVENTS_MAX = 100;
const PASSWORD = 'Patient-otter-lighthouse-41';

type Session = Awaited<ReturnType<Awaited<ReturnType<typeof request.newContext>>['storageState']>>;

export interface Seed {
  organization: Organization;
  people: Person[];
  webhooks: Webhook[];
  /** Log ins that each webhook for log ins was told of. */
  logins: number;
  /** The admin's cookies: nobody needs to sign in, which would make events. */
  session: Session;
  /** What works gets its requests here. */
  receiver: Receiver;
  /** The webhook of this name. */
  webhook(name: string): Webhook;
}

/** Fills a new server; its receivers answer for as long as `use` takes. */
export async function withSeed(herald: Herald, use: (seed: Seed) => Promise<void>): Promise<void> {
  const [works, fails, gone, away] = [await Receiver.start(), await Receiver.start(), await Receiver.start(), await Receiver.start()];
  fails.answerWith(500, { 'content-type': 'application/json' }, '{"error": "The database is read-only."}');
  gone.answerWith(410);
  await away.stop();
  try {
    await use(await new Sower(herald, { works, fails, gone, away, disabled: works }).sow());
  } finally {
    for (const receiver of [works, fails, gone]) await receiver.stop();
  }
}

class Sower {
  private readonly directory: Directory;

  constructor(
    private readonly herald: Herald,
    private readonly receivers: Record<State, Receiver>,
  ) {
    this.directory = new Directory(herald);
  }

  async sow(): Promise<Seed> {
    const { id, name } = await this.directory.call('POST', '/api/organizations', { organizationName: 'northwind' });
    const people = await this.people(name);
    const organization = { id, name, admin: people[0]! };
    const session = await this.signIn(organization.admin);
    const webhooks = await this.webhooks(organization);
    const webhook = (name: string): Webhook => {
      const found = webhooks.find((each) => each.name === name);
      if (!found) throw new Error(`No webhook of the seed is named ${name}.`);
      return found;
    };
    const seed = { organization, people, webhooks, logins: LOGINS.events, session, receiver: this.receivers.works, webhook };
    for (const kind of KINDS) await this.publish(seed, kind);
    await this.settle(seed);
    return seed;
  }

  private async people(organization: string): Promise<Person[]> {
    const at = `/api/organizations/${organization}`;
    const people: Person[] = [];
    for (const [index, name] of PEOPLE.entries()) {
      const username = name.toLowerCase().replace(' ', '.');
      const who = { username, email: `${username}@northwind.example`, name, password: PASSWORD };
      const { id } = await this.directory.call('POST', `${at}/users`, { ...who, active: index < PEOPLE.length - DISABLED_PEOPLE });
      people.push({ id, ...who });
    }
    for (const { name, roles, from, to } of GROUPS) {
      await this.directory.call('POST', `${at}/groups`, { name, roles, description: `The ${name} of Northwind` });
      for (const { username } of people.slice(from, to)) {
        await this.directory.call('POST', `${at}/groups/${name}/members`, { username });
      }
    }
    return people;
  }

  /** Before there are webhooks, so that none is told of it. */
  private async signIn({ username, password }: Person): Promise<Session> {
    const browser = await request.newContext({ baseURL: this.herald.url });
    const answer = await browser.post('/api/sso/password/login', { data: { username, password } });
    if (answer.status() !== 204) throw new Error(`${username} cannot sign in: ${await answer.text()}`);
    const session = await browser.storageState();
    await browser.dispose();
    return session;
  }

  private async webhooks(organization: Organization): Promise<Webhook[]> {
    const webhooks: Webhook[] = [];
    for (const { type, suffix, webhooks: count, states } of KINDS) {
      for (const system of SYSTEMS.slice(0, count)) {
        const state = states[system] ?? 'works';
        const url = `${this.receivers[state].url}/${system}`;
        const fields = { type, name: `${system}-${suffix}`, url, enabled: state !== 'disabled' };
        webhooks.push(await this.directory.webhook(organization, fields));
      }
    }
    return webhooks;
  }

  private async publish({ organization, people, webhook }: Seed, kind: Kind): Promise<void> {
    const events = Array.from({ length: kind.events }, (_, at) => event(kind, organization, people[at % people.length]!));
    const gone = Object.keys(kind.states).find((system) => kind.states[system] === 'gone');
    if (gone) {
      // The first tells Herald that nobody is there, and the others are held.
      await this.directory.publish(organization, events.splice(0, 1));
      await this.directory.untilDelivery(organization, webhook(`${gone}-${kind.suffix}`), ({ status }) => status === 'failed');
    }
    while (events.length > 0) await this.directory.publish(organization, events.splice(0, BATCH_EVENTS_MAX));
  }

  /** Until all has arrived that can, and the rest was tried often enough. */
  private async settle({ organization, webhooks, receiver }: Seed): Promise<void> {
    const until = Date.now() + SETTLED_MS_MAX;
    const expected = deliveriesTo('works');
    const isSettled = ({ status, attempts }: Delivery) => status !== 'pending' || attempts === FAILED_ATTEMPTS;
    const unsettled = async (webhook: Webhook) => !(await this.directory.deliveries(organization, webhook)).every(isSettled);
    for (const webhook of webhooks) {
      while (receiver.requests.length < expected || await unsettled(webhook)) {
        if (Date.now() > until) throw new Error(`${receiver.requests.length} of ${expected} arrived; ${webhook.name} waits.`);
        await new Promise((done) => setTimeout(done, 100));
      }
    }
    if (receiver.requests.length !== expected) throw new Error(`${receiver.requests.length} arrived, not ${expected}.`);
  }
}

function event({ type }: Kind, organization: Organization, { id, username, email }: Person): object {
  const payload = { username, email, userId: id, organization: organization.name };
  switch (type) {
    case 'USER_CREATED':
      return { type, payload: { ...payload, remainingSeats: null } };
    case 'USER_REMOVED_FROM_GROUP':
      return { type, payload: { ...payload, groupName: 'engineering' } };
    default:
      return { type, payload };
  }
}
