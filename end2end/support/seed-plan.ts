// What a seeded server holds: the same names in the same order each time, since pictures are taken of it.
import type { EventType, Role } from './directory.ts';

/** What a webhook's receiver does, or that the webhook itself is disabled. */
export type State = 'works' | 'disabled' | 'fails' | 'away' | 'gone';

export interface Kind {
  type: EventType;
  /** The webhooks are named after a system and this. */
  suffix: string;
  webhooks: number;
  events: number;
  /** Of the webhooks of these systems; the others work. */
  states: Record<string, State>;
}

/**
 * 13 × 2 + 5 × 1,950 + 20 × 10 + 12 × 2: 10,000 deliveries to 50 webhooks, published in this order. One webhook at most
 * of each kind fails, so that those that do are always in one order, too.
 */
export const LOGINS: Kind = { type: 'USER_LOGIN', suffix: 'logins', webhooks: 5, events: 1_950, states: {} };
export const KINDS: Kind[] = [
  { type: 'USER_DISABLED', suffix: 'leavers', webhooks: 13, events: 2, states: { crm: 'fails', forum: 'disabled' } },
  LOGINS,
  { type: 'USER_CREATED', suffix: 'accounts', webhooks: 20, events: 10, states: { billing: 'gone', chat: 'disabled' } },
  { type: 'USER_REMOVED_FROM_GROUP', suffix: 'groups', webhooks: 12, events: 2, states: { docs: 'away', mail: 'disabled' } },
];

export const SYSTEMS = [
  'billing', 'calendar', 'chat', 'crm', 'docs', 'forum', 'helpdesk', 'hr', 'invoices', 'mail', 'meetings', 'payroll',
  'projects', 'reports', 'shop', 'surveys', 'tickets', 'training', 'vpn', 'wiki',
];

/** The first is the admin. */
export const PEOPLE = [
  'Ada Lovelace', 'Alan Turing', 'Annie Easley', 'Barbara Liskov', 'Donald Knuth', 'Edsger Dijkstra', 'Frances Allen',
  'Grace Hopper', 'Hedy Lamarr', 'Jean Bartik', 'John Backus', 'Karen Jones', 'Katherine Johnson', 'Ken Thompson',
  'Leslie Lamport', 'Linus Torvalds', 'Margaret Hamilton', 'Niklaus Wirth', 'Radia Perlman', 'Robin Milner',
  'Sophie Wilson', 'Tim Lee', 'Tony Hoare', 'Vint Cerf',
];
/** So many of the last ones are disabled. */
export const DISABLED_PEOPLE = 2;

/** Their members are the people from one place to another. */
export const GROUPS: { name: string; roles: Role[]; from: number; to: number }[] = [
  { name: 'owners', roles: ['org:admin'], from: 0, to: 2 },
  { name: 'people-team', roles: ['org:users'], from: 2, to: 6 },
  { name: 'engineering', roles: [], from: 4, to: 20 },
  { name: 'contractors', roles: [], from: 0, to: 0 },
];

export function deliveriesTo(...states: State[]): number {
  const count = ({ webhooks, events, states: special }: Kind) => {
    const others = Object.values(special);
    const named = others.filter((state) => states.includes(state)).length;
    return events * (named + (states.includes('works') ? webhooks - others.length : 0));
  };
  return KINDS.reduce((sum, kind) => sum + count(kind), 0);
}
