// A webhook's receiver: a real HTTP server that keeps every request as it came and answers as it is told.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

const NEXT_MS_MAX = 15_000;
/** Standard Webhooks 1.0.0 leaves the tolerance to the receiver; its libraries take five minutes. */
const TOLERANCE_S = 300;

export interface ReceivedRequest {
  method: string;
  /** With the query. */
  path: string;
  /** Names as they came, in their order. */
  rawHeaders: [name: string, value: string][];
  /** By lower-case name. */
  headers: Record<string, string>;
  /** The exact bytes. */
  body: Buffer;
  receivedAt: Date;
  /** The body as JSON. */
  json(): any;
}

type Predicate = (request: ReceivedRequest) => boolean;

interface Waiting {
  matches: Predicate;
  resolve: (request: ReceivedRequest) => void;
}

export class Receiver {
  /** Everything that has arrived, the oldest first. */
  readonly requests: ReceivedRequest[] = [];
  private untaken: ReceivedRequest[] = [];
  private waiting: Waiting[] = [];
  private answer = { status: 200, headers: {} as Record<string, string>, body: '' };
  private released: Promise<void> = Promise.resolve();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Receiver> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
    const receiver = new Receiver(server, `http://127.0.0.1:${address.port}`);
    server.on('request', (request, response) => void receiver.receive(request, response));
    return receiver;
  }

  /** From now on, until told otherwise. */
  answerWith(status: number, headers: Record<string, string> = {}, body = ''): void {
    this.answer = { status, headers, body };
  }

  /** What arrives from now on waits for its answer until the function is called that this returns. */
  hold(): () => void {
    let release = () => {};
    this.released = new Promise((done) => (release = done));
    return () => release();
  }

  /** The oldest matching request that no earlier `next` has taken, or else the next that arrives. */
  next(matches: Predicate = () => true, withinMs = NEXT_MS_MAX): Promise<ReceivedRequest> {
    const at = this.untaken.findIndex(matches);
    const [found] = at < 0 ? [] : this.untaken.splice(at, 1);
    if (found) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { matches, resolve: (request) => (clearTimeout(timer), resolve(request)) };
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((other) => other !== waiting);
        reject(new Error(`No matching request within ${withinMs} ms; ${this.requests.length} arrived in all.`));
      }, withinMs);
      this.waiting.push(waiting);
    });
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk);
    } catch {
      return; // the sender went away in the middle: nothing was received
    }
    await this.released;
    const { status, headers, body } = this.answer;
    response.writeHead(status, headers).end(body);
    this.deliver(asReceived(incoming, Buffer.concat(chunks)));
  }

  private deliver(request: ReceivedRequest): void {
    this.requests.push(request);
    const at = this.waiting.findIndex((waiting) => waiting.matches(request));
    const [waiting] = at < 0 ? [] : this.waiting.splice(at, 1);
    if (waiting) waiting.resolve(request);
    else this.untaken.push(request);
  }
}

/** Whether the signature holds (Standard Webhooks 1.0.0). The secret is `whsec_` and base64; one of several is enough. */
export function verify(secret: string, request: ReceivedRequest, now: Date = new Date()): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = request.headers;
  if (!id || !timestamp || !signatures || !/^\d+$/.test(timestamp)) return false;
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > TOLERANCE_S) return false;
  const expected = Buffer.from(sign(secret, id, timestamp, request.body));
  return signatures.split(' ').some((given) => {
    const bytes = Buffer.from(given);
    return bytes.length === expected.length && timingSafeEqual(bytes, expected);
  });
}

/** `v1,BASE64` of HMAC-SHA256 over `id.timestamp.body`. */
export function sign(secret: string, id: string, timestamp: string, body: Buffer): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}

function asReceived(incoming: IncomingMessage, body: Buffer): ReceivedRequest {
  const rawHeaders: [string, string][] = [];
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
    rawHeaders.push([incoming.rawHeaders[at]!, incoming.rawHeaders[at + 1]!]);
  }
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    rawHeaders,
    headers: Object.fromEntries(rawHeaders.map(([name, value]) => [name.toLowerCase(), value])),
    body,
    receivedAt: new Date(),
    json: () => JSON.parse(body.toString('utf8')),
  };
}
