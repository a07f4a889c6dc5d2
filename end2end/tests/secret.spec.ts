// A webhook's secret: revealed, replaced, verified with, and what is wrong with a signature.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expectToast } from '../pages/toast.ts';
import { WebhookPage } from '../pages/webhook.ts';
import { violations } from '../support/axe.ts';
import { type ReceivedRequest, verify } from '../support/receiver.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs } from '../support/visit.ts';

test.beforeEach(async ({ page, organization }) => {
  await signInAs(page, organization.admin);
});

test.describe('replacing', () => {
  for (const [choice, ends] of [
    ['1 hour', /ends in (59 min|1 h)/],
    ['24 hours', /ends in (23|24) h/],
    ['7 days', /ends in (6|7) d/],
  ] as const) {
    test(`with ${choice} of overlap: both sign, and the page counts down`, async ({ page, organization, directory, receiver }) => {
      const webhook = await directory.webhook(organization, { url: receiver.url });
      const detail = new WebhookPage(page);
      await detail.open(organization, webhook, '/secret');
      await detail.reveal.click();
      const old = await detail.secret.innerText();
      await page.getByRole('radio', { name: choice }).check();
      await rotate(page, webhook.name, /goes on signing beside the new one until 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
      await expect(detail.secret).toHaveCount(2);
      const [now, previous] = await detail.secret.allInnerTexts();
      expect([now === old, previous === old]).toEqual([false, true]);
      await expect(page.getByRole('main')).toContainText(ends);
      await page.reload();
      await expect(detail.secret).toHaveCount(0);
      await expect(page.getByRole('main')).toContainText(ends);
      await detail.sendTest.click();
      await expect(detail.testResult).toBeVisible();
      const request = await receiver.next();
      expect([verify(old, request), verify(now!, request)]).toEqual([true, true]);
    });
  }

  test('without overlap: only the new one signs', async ({ page, organization, directory, receiver }) => {
    const webhook = await directory.webhook(organization, { url: receiver.url });
    const detail = new WebhookPage(page);
    await detail.open(organization, webhook, '/secret');
    await expect(page.getByRole('radio', { name: '24 hours' })).toBeChecked();
    await detail.reveal.click();
    const old = await detail.secret.innerText();
    await page.getByRole('radio', { name: 'No overlap' }).check();
    await rotate(page, webhook.name, /ends at once/);
    await expect(detail.secret).toHaveCount(1);
    const now = await detail.secret.innerText();
    await detail.sendTest.click();
    await expect(detail.testResult).toBeVisible();
    const request = await receiver.next();
    expect([verify(old, request), verify(now, request)]).toEqual([false, true]);
  });
});

test('replacing is asked first, and can be left', async ({ page, organization, directory }) => {
  const webhook = await directory.webhook(organization);
  const detail = new WebhookPage(page);
  await detail.open(organization, webhook, '/secret');
  const [modal, ask] = [page.getByRole('dialog'), page.getByRole('main').getByRole('button', { name: 'Rotate secret' })];
  await page.getByRole('radio', { name: '7 days' }).check();
  await ask.click();
  await expect(modal).toHaveAccessibleName(`Rotate the secret of ${webhook.name}?`);
  await expect(modal.getByText('The secret before it')).toHaveCount(0);
  await awake(page);
  await modal.getByRole('button', { name: 'Cancel' }).click();
  await expect(modal).toHaveCount(0);
  await expect(page).toHaveURL(/\/secret\??$/);
  await detail.open(organization, webhook, '/secret');
  await detail.reveal.click();
  await expect(detail.secret).toHaveCount(1);

  await rotate(page, webhook.name, /goes on signing/);
  await page.reload();
  await awake(page);
  await ask.click();
  await expect(modal).toContainText(/The secret before it, which was to sign until 20.* UTC, ends at once/);
});

test('the samples verify what really arrives, and refuse what was changed', async ({ page, organization, directory, receiver }) => {
  const webhook = await directory.webhook(organization, { url: receiver.url });
  const detail = new WebhookPage(page);
  await detail.open(organization, webhook);
  await detail.sendTest.click();
  await expect(detail.testResult).toBeVisible();
  const request = await receiver.next();
  await detail.tab('Secret').click();
  await detail.reveal.click();
  const secret = await detail.secret.innerText();
  for (const language of ['Rust', 'Go']) await expect(await sampleIn(page, language)).toContain('whsec_');
  for (const [language, run] of Object.entries(RUN)) {
    const sample = await sampleIn(page, language);
    expect(await run(sample, secret, request), `${language} takes it`).toBe(0);
    const changed = { ...request, body: Buffer.concat([request.body, Buffer.from(' ')]) };
    expect(await run(sample, secret, changed), `${language} refuses another body`).not.toBe(0);
    const old = { ...request, headers: { ...request.headers, 'webhook-timestamp': '1649367553' } };
    expect(await run(sample, secret, old), `${language} refuses another time`).not.toBe(0);
  }
});

test.describe('the lab', { tag: '@javascript' }, () => {
  const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

  test('says which part is wrong, and asks the server nothing', async ({ page, organization, directory, receiver }) => {
    const webhook = await directory.webhook(organization, { url: receiver.url });
    const detail = new WebhookPage(page);
    await detail.open(organization, webhook);
    await detail.sendTest.click();
    await expect(detail.testResult).toBeVisible();
    const request = await receiver.next();
    await detail.tab('Secret').click();
    await detail.reveal.click();
    const secret = await detail.secret.innerText();
    await detail.open(organization, webhook, '/secret');

    const asked: string[] = [];
    page.on('request', (each) => asked.push(each.url()));
    const lab = labOn(page);
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
    const headers = names.map((name) => `${name}: ${request.headers[name]}`).join('\n');
    await lab.secret.fill(secret);
    await lab.headers.fill(headers);
    await lab.body.fill(request.body.toString());
    await expect(lab.findings).toContainText('The signature holds.');
    expect(await violations(page)).toEqual([]);

    await lab.body.fill(`${request.body}\n`);
    await expect(lab.findings).toContainText('A receiver has to refuse this.');
    await expect(lab.wrong).toContainText(['another body', 'A line break was added at its end']);
    await lab.body.fill(JSON.stringify(request.json(), null, 2));
    await expect(lab.wrong.last()).toContainText('parsed and written again');
    await lab.body.fill(request.body.toString());
    await lab.secret.fill(secret.replace('whsec_', ''));
    await expect(lab.wrong).toContainText(['prefix is missing']);
    await lab.secret.fill(SECRET);
    await expect(lab.wrong).toContainText(['another secret']);
    await lab.secret.fill(secret);
    await lab.headers.fill(headers.replace(/webhook-id: .*/, ''));
    await expect(lab.wrong).toContainText(['The header is missing.']);
    await lab.headers.fill(headers.replace(/webhook-id: ./, 'webhook-id: x'));
    await expect(lab.wrong).toContainText(['another id, timestamp or body']);
    await lab.headers.fill(headers.replace('v1,', ''));
    await expect(lab.wrong).toContainText(['does not begin with “v1,”']);
    await expect(lab.findings.getByRole('listitem')).toHaveCount(5);
    expect(asked, 'nothing left the browser').toEqual([]);
  });

  test('knows a request of long ago for what it is', async ({ page, organization, directory }) => {
    const webhook = await directory.webhook(organization);
    await new WebhookPage(page).open(organization, webhook, '/secret');
    const lab = labOn(page);
    await lab.secret.fill(SECRET);
    await lab.headers.fill(
      'webhook-id: msg_27UH4WbU6Z5A5EzD8u03UvzRbpk\nwebhook-timestamp: 1649367553\n' +
        'webhook-signature: v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=',
    );
    await lab.body.fill('{"email":"test@example.com","username":"test_user"}');
    await expect(lab.wrong).toHaveCount(1);
    await expect(lab.wrong).toContainText('Too old: 2022-04-07');
  });
});

function labOn(page: Page) {
  const findings = page.locator('.lab-findings');
  return {
    secret: page.getByRole('textbox', { name: 'Secret', exact: true }),
    headers: page.getByRole('textbox', { name: 'Headers', exact: true }),
    body: page.getByRole('textbox', { name: 'Body', exact: true }),
    findings,
    wrong: findings.locator('li.wrong'),
  };
}

/** The text of a sample; a closed one is opened. */
async function sampleIn(page: Page, language: string): Promise<string> {
  const sample = page.locator('details.snippet', { has: page.getByText(language, { exact: true }) });
  if ((await sample.getAttribute('open')) === null) await sample.locator('summary').click();
  return sample.locator('pre').innerText();
}

type Run = (sample: string, secret: string, request: ReceivedRequest) => Promise<number>;

/** Each sample with a line that calls it, as a program of its own; how it ended. */
const RUN: Record<string, Run> = {
  Node: (sample, secret, { headers, body }) => {
    const call = `verify([${JSON.stringify(secret)}], ${JSON.stringify(headers)}, Buffer.from('${body.toString('base64')}', 'base64'));`;
    return inFolder('verify.mjs', `${sample}\n${call}\n`, (file) => ['node', [file], '']);
  },
  Python: (sample, secret, { headers, body }) => {
    const call = `verify([${JSON.stringify(secret)}], ${JSON.stringify(headers)}, base64.b64decode("${body.toString('base64')}"))`;
    return inFolder('verify.py', `${sample}\n${call}\n`, (file) => ['python3', [file], '']);
  },
  Shell: (sample, secret, { headers, body }) => {
    const given = [secret, headers['webhook-id'], headers['webhook-timestamp'], headers['webhook-signature']];
    const script = `${sample}\nverify "$@"\n`;
    return inFolder('verify.sh', script, (file) => ['bash', [file, ...given.map(String)], body]);
  },
};

async function inFolder(
  name: string,
  text: string,
  command: (file: string) => [program: string, args: string[], input: string | Buffer],
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'herald-sample-'));
  try {
    const file = join(folder, name);
    await writeFile(file, text);
    const [program, args, input] = command(file);
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.on('error', () => {}); // a sample may refuse before it reads
    child.stdin.end(input);
    const [code] = await once(child, 'exit');
    return code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Presses the button and answers what is asked then. */
async function rotate(page: Page, name: string, said: RegExp): Promise<void> {
  await page.getByRole('main').getByRole('button', { name: 'Rotate secret' }).click();
  const modal = page.getByRole('dialog');
  await expect(modal).toHaveAccessibleName(`Rotate the secret of ${name}?`);
  await expect(modal).toContainText(said);
  await awake(page);
  await modal.getByRole('button', { name: 'Rotate secret' }).click();
  await expectToast(page, 'Secret rotated');
}
