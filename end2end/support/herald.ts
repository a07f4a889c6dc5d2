// Starts the real binary, each time with a database of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
const READY_MS_MAX = 20_000;
const STOP_MS_MAX = 20_000;
/** Eight days of an organization, which are some seconds where nobody else works. */
const DEMO_MS_MAX = 120_000;
/** What a fixture that starts and stops a server may take. */
export const SERVER_MS_MAX = READY_MS_MAX + STOP_MS_MAX + 20_000;
export const DEMO_STARTS_MS_MAX = DEMO_MS_MAX + STOP_MS_MAX + 20_000;
const POLL_EVERY_MS = 50;
/** Between being found and being taken a port can go to another program. */
const PORTS_TRIED_MAX = 3;

const ORGANIZATION = 'parallelworks';
const ADMIN = { username: 'admin', email: 'admin@example.com', password: 'Quiet-harbour-lantern-27' };

const here = fileURLToPath(new URL('.', import.meta.url));
const binary = resolve(process.env.HERALD_BINARY || join(here, '../../target/release/herald'));

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed where the server says that it is JSON, else the text. */
  body: any;
}

export interface Herald {
  url: string;
  organization: string;
  /** The first admin's API key. */
  apiKey: string;
  admin: { id: string; username: string; email: string; password: string };
  /** Calls the HTTP API with the admin's key, or with another one; `body` is sent as JSON. */
  api(method: string, path: string, body?: unknown, apiKey?: string): Promise<Answer>;
  /** What the server has written so far. */
  log(): string;
}

/** A server that nobody has set up yet. */
export interface EmptyHerald {
  url: string;
  /** The one-time link, as the server printed it. */
  firstRunLink: string;
  log(): string;
}

/** A server that can go away and come back at the same address. */
export interface RestlessHerald extends Herald {
  /** Its file, for who has to change it while the server is away. */
  database: string;
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

/** The filled example, and what it printed to those who look around in it. */
export interface Demo {
  url: string;
  username: string;
  password: string;
  /** Where each of its receivers is told what to answer. */
  receivers: string;
}

export async function withDemo(use: (demo: Demo) => Promise<void>): Promise<void> {
  await withProcess(async (server) => use(await server.startDemo()));
}

export async function withRestlessHerald(use: (herald: RestlessHerald) => Promise<void>): Promise<void> {
  await withProcess(async (server) => {
    const herald = await server.start();
    const { port } = new URL(herald.url);
    const { database } = server;
    await use({ ...herald, database, goAway: () => server.stop(), comeBack: () => server.listenAt(Number(port)) });
  });
}

/** Runs a server for as long as `use` takes. */
export async function withHerald(use: (herald: Herald) => Promise<void>): Promise<void> {
  await withProcess(async (server) => use(await server.start()));
}

export async function withEmptyHerald(use: (herald: EmptyHerald) => Promise<void>): Promise<void> {
  await withProcess(async (server) => use(await server.startEmpty()));
}

async function withProcess(use: (server: HeraldProcess) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'herald-end2end-'));
  const server = new HeraldProcess(join(folder, 'herald.db'));
  try {
    await use(server);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

class HeraldProcess {
  private child: ChildProcess | undefined;
  private written = '';
  /** How much of it earlier runs wrote. */
  private writtenBefore = 0;

  constructor(readonly database: string) {}

  async start(): Promise<Herald> {
    const first = await this.bootstrap();
    const url = await this.listen();
    return {
      url,
      organization: first.organization,
      apiKey: first.apiKey,
      admin: { id: first.userId, ...ADMIN },
      api: (method, path, body, apiKey = first.apiKey) => call(url, method, path, body, apiKey),
      log: () => this.written,
    };
  }

  async startEmpty(): Promise<EmptyHerald> {
    const url = await this.listen();
    const firstRunLink = /http:\/\/\S+\/first-run\/\S+/.exec(this.written)?.[0];
    if (!firstRunLink) throw new Error(`herald serve printed no link for the first run.\n${this.written}`);
    return { url, firstRunLink, log: () => this.written };
  }

  async startDemo(): Promise<Demo> {
    const url = await this.listen((port, url) => {
      this.run(['serve', '--demo', '--listen', `127.0.0.1:${port}`]);
      return this.ready(url, DEMO_MS_MAX);
    });
    const [, username, password] = /^Sign in as (\S+) with the password (\S+)$/m.exec(this.written) ?? [];
    const [, receivers] = /^Its webhooks go to (http:\S+) /m.exec(this.written) ?? [];
    if (!username || !password || !receivers) throw new Error(`herald serve --demo printed no way in.\n${this.written}`);
    return { url, username, password, receivers };
  }

  /** SIGTERM to this very process; a server that does not end in time is a failure of the run. */
  async stop(): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((done) => {
      timer = setTimeout(() => done('late'), STOP_MS_MAX);
    });
    const outcome = await Promise.race([ended, late]);
    clearTimeout(timer);
    if (outcome === 'late') {
      child.kill('SIGKILL');
      throw new Error(`herald did not stop within ${STOP_MS_MAX} ms of SIGTERM.\n${this.written}`);
    }
  }

  private async bootstrap(): Promise<{ organization: string; userId: string; apiKey: string }> {
    const who = ['--organization', ORGANIZATION, '--username', ADMIN.username, '--email', ADMIN.email];
    const child = spawn(binary, ['bootstrap', '--database', this.database, ...who], { stdio: 'pipe' });
    const [out, err] = [collect(child.stdout), collect(child.stderr)];
    child.stdin.on('error', () => {}); // a program that ended before reading says why on its standard error
    child.stdin.end(`${ADMIN.password}\n`);
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`herald bootstrap failed (${code}): ${err()}`);
    return JSON.parse(out());
  }

  private async listen(start = (port: number, _url: string) => this.listenAt(port)): Promise<string> {
    for (let tries = 1; ; tries += 1) {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      try {
        await start(port, url);
        return url;
      } catch (error) {
        if (!this.child?.exitCode || tries === PORTS_TRIED_MAX) throw error;
      }
    }
  }

  async listenAt(port: number): Promise<void> {
    const url = `http://127.0.0.1:${port}`;
    this.serve(port, url);
    await this.ready(url);
  }

  private serve(port: number, url: string): void {
    const where = ['--listen', `127.0.0.1:${port}`, '--database', this.database, '--public-url', url];
    this.run(['serve', ...where, '--allow-target', '127.0.0.0/8']);
  }

  private run(args: string[]): void {
    this.writtenBefore = this.written.length;
    const child = spawn(binary, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // All browsers come from one address.
      env: { ...process.env, HERALD_ADDRESS_REQUESTS_PER_SECOND: '0' },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.written += text;
      });
    }
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    this.child = child;
  }

  /** It says where it is once the port is its own: another server may answer there. */
  private async ready(url: string, withinMs = READY_MS_MAX): Promise<void> {
    const until = Date.now() + withinMs;
    while (Date.now() < until) {
      if (this.child?.exitCode !== null) throw new Error(`herald ended while starting.\n${this.written}`);
      const hasPort = this.written.slice(this.writtenBefore).includes(`Herald is at ${url}`);
      const answer = hasPort ? await fetch(`${url}/readyz`).catch(() => undefined) : undefined;
      await answer?.arrayBuffer();
      if (answer?.status === 200) return;
      await new Promise((done) => setTimeout(done, POLL_EVERY_MS));
    }
    await this.stop();
    throw new Error(`herald was not ready within ${withinMs} ms.\n${this.written}`);
  }
}

async function call(url: string, method: string, path: string, body: unknown, apiKey: string): Promise<Answer> {
  const headers: Record<string, string> = { authorization: `Bearer ${apiKey}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const response = await fetch(url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await response.text();
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}
