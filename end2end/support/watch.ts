// What may not happen in any test, whatever it is about: a page that ends early, an error or warning in the console (a
// hydration that does not match, a breach of the CSP), an exception, a dialog.
import type { BrowserContext, ConsoleMessage, Response } from '@playwright/test';

/** A refusal is shown by the page; that the browser notes its status in the console is no fault. */
const REFUSED = /^Failed to load resource: the server responded with a status of 4\d\d/;
/** Without scripts nothing uses what the page preloads for them. */
const NOT_USED = /was preloaded using link preload but not used/;

export class Watch {
  private readonly faults: string[] = [];
  private readonly documents: Promise<void>[] = [];

  constructor(
    context: BrowserContext,
    private readonly hasScript: boolean,
    private readonly expected?: RegExp,
  ) {
    context.on('console', (message) => this.hear(message));
    context.on('weberror', (error) => this.faults.push(`exception: ${error.error().stack}`));
    context.on('dialog', (dialog) => {
      this.faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on('response', (response) => {
      if (isPage(response)) this.documents.push(this.read(response));
    });
  }

  /** Everything that was wrong; asked when the test is over, before its pages are closed. */
  async found(): Promise<string[]> {
    await Promise.all(this.documents);
    return this.faults;
  }

  private hear(message: ConsoleMessage): void {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    const text = message.text();
    if (this.expected?.test(text)) return;
    if (REFUSED.test(text) || (!this.hasScript && NOT_USED.test(text))) return;
    this.faults.push(`console.${message.type()}: ${text} (${message.location().url})`);
  }

  private async read(response: Response): Promise<void> {
    const end = await response.text().then((text) => text.trimEnd().slice(-'</html>'.length), String);
    if (end !== '</html>' && !wasLeft(response, end)) this.faults.push(`${response.url()} (${response.status()}) ends with: ${end}`);
  }
}

/** The browser keeps nothing of a page that is left before all of it has come, which is no fault of the server. */
function wasLeft(response: Response, end: string): boolean {
  const failure = response.request().failure()?.errorText;
  return failure === 'net::ERR_ABORTED' || (failure === undefined && end.includes('navigated away from'));
}

function isPage(response: Response): boolean {
  const isRedirect = response.status() >= 300 && response.status() < 400;
  return response.request().resourceType() === 'document' && !isRedirect;
}
