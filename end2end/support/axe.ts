// Runs axe-core in a page. Its source goes in by way of the browser's debugger, so the page's CSP stays as it is.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const source = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface Violation {
  rule: string;
  impact: string;
  help: string;
  /** The elements, as selectors. */
  elements: string[];
}

/** What breaks WCAG 2.2 AA or axe's best practices; `expect(await violations(page)).toEqual([])` names each. */
export async function violations(page: Page): Promise<Violation[]> {
  const session = await page.context().newCDPSession(page);
  const isScriptless = await evaluate(session, "matchMedia('(scripting: none)').matches");
  if (isScriptless) await setScripting(session, true);
  await evaluate(session, `${await source}; undefined`);
  const run = `axe.run(document, { runOnly: ${JSON.stringify(TAGS)}, resultTypes: ['violations'] })`;
  const json = await evaluate(session, `${run}.then((results) => JSON.stringify(results))`);
  if (isScriptless) await setScripting(session, false);
  await session.detach();
  return (JSON.parse(json) as AxeResults).violations.map((violation) => ({
    rule: violation.id,
    impact: violation.impact ?? 'unknown',
    help: violation.help,
    elements: violation.nodes.map((node) => node.target.join(' ')),
  }));
}

/**
 * Without timers axe never ends, so a page without JavaScript gets it for as long as axe runs. The page's own scripts were
 * passed over while it loaded and are not run now. A session only lifts what it has set itself, so it sets it first.
 */
async function setScripting(session: DebuggerSession, isOn: boolean): Promise<void> {
  await session.send('Emulation.setScriptExecutionDisabled', { value: true });
  if (isOn) await session.send('Emulation.setScriptExecutionDisabled', { value: false });
}

type DebuggerSession = Awaited<ReturnType<ReturnType<Page['context']>['newCDPSession']>>;

async function evaluate(session: DebuggerSession, expression: string): Promise<any> {
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression,
    awaitPromise: true,
    returnByValue: true,
  });
  if (exceptionDetails) {
    throw new Error(`axe failed: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
  }
  return result.value;
}
