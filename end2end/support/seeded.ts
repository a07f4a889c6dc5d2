// Import `test` from here for what takes a server with much on it; it is filled once, and all its specs share it.
import { SEED_MS_MAX, type Seed, withSeed } from './seed.ts';
import { test as base } from './test.ts';

export { expect } from './test.ts';

export const test = base.extend<object, { seed: Seed }>({
  seed: [({ herald }, use) => withSeed(herald, use), { scope: 'worker', timeout: SEED_MS_MAX }],

  storageState: ({ seed }, use) => use(seed.session),
});
