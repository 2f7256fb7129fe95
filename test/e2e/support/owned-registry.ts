/** A registry whose namespaces belong to owners, as on ghcr.io: a proxy that checks access to a plain registry. */
import { createServer, IncomingMessage, request, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry, startRegistry } from './registry';

/** A package: the repository of its first push, and its visibility. */
interface Package {
  readonly repository: string;
  public: boolean;
}

/** A container registry that authenticates pushes and pulls. */
export interface OwnedRegistry extends Registry {
  /** The packages, by name: `owner/name`. */
  readonly packages: ReadonlyMap<string, Package>;
  /** Each refused request: `PUSH owner/name by owner/other`. */
  readonly denied: readonly string[];
  /** Make a package public, as a user does in the package's settings. */
  makePublic(name: string): void;
}

/** The token of a job: `owner/name` of its repository, and its permissions, such as `packages:write`. */
interface Account {
  readonly repository: string;
  readonly rights: readonly string[];
}

const NOBODY: Account = { repository: 'nobody', rights: [] };

/** Return the account of a job's token, which `login-action` creates. */
function accountOf(password: string): Account {
  const [repository, ...rights] = Buffer.from(password, 'base64').toString().split(' ');
  return { repository: repository!, rights };
}

/** Start an empty registry on a free port. A new package is private; a push needs the permission to write packages. */
export async function startOwnedRegistry(): Promise<OwnedRegistry> {
  const plain = await startRegistry();
  const packages = new Map<string, Package>();
  const denied: string[] = [];
  const reasonAgainst = (pushes: boolean, name: string, { repository, rights }: Account): string | undefined => {
    const known = packages.get(name);
    if (!pushes) {
      const reads = rights.includes('packages:read') || rights.includes('packages:write');
      if (known?.public || (known?.repository === repository && reads)) return undefined;
      return 'requested access to the resource is denied';
    }
    if (!rights.includes('packages:write')) return 'permission_denied: write_package';
    if (known) return known.repository === repository ? undefined : 'permission_denied: write_package';
    const owned = name.split('/')[0] === repository.split('/')[0]!.toLowerCase();
    return owned ? undefined : 'installation not allowed to Create organization package';
  };
  const server = createServer((incoming, answer) => {
    const { pathname, searchParams } = new URL(incoming.url!, 'http://localhost');
    if (pathname === '/token') return giveToken(incoming, answer);
    const account = bearer(incoming);
    // The response to a request without token has the address for getting one.
    if (!account) return challenge(answer, (server.address() as AddressInfo).port);
    const name = /^\/v2\/(.+?)\/(blobs|manifests|tags|referrers)\//.exec(pathname)?.[1];
    if (name !== undefined) {
      const pushes = !['GET', 'HEAD'].includes(incoming.method!);
      const reason = reasonAgainst(pushes, name, account);
      // A registry that cannot mount a layer from another repository starts an upload of it.
      const from = searchParams.get('from');
      if (from !== null && reasonAgainst(false, from, account) !== undefined) incoming.url = pathname;
      if (reason !== undefined) {
        denied.push(`${pushes ? 'PUSH' : 'PULL'} ${name} by ${account.repository}`);
        incoming.resume();
        return refuse(answer, 403, 'DENIED', reason);
      }
      if (pushes && !packages.has(name)) packages.set(name, { repository: account.repository, public: false });
    }
    forward(plain.host, incoming, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `localhost:${(server.address() as AddressInfo).port}`,
    packages,
    denied,
    makePublic: (name) => void (packages.get(name)!.public = true),
    stop: async () => {
      await close(server);
      await plain.stop();
    },
  };
}

/** Issue a token: for a login, or anonymous, to pull public packages. */
function giveToken(incoming: IncomingMessage, answer: ServerResponse): void {
  incoming.resume();
  if (incoming.method !== 'GET') return refuse(answer, 405, 'UNSUPPORTED', 'use GET');
  const basic = /^Basic (.+)$/.exec(incoming.headers.authorization ?? '')?.[1];
  const [, password = ''] = Buffer.from(basic ?? '', 'base64')
    .toString()
    .split(/:(.*)/s);
  const token = Buffer.from(JSON.stringify(basic === undefined ? NOBODY : accountOf(password))).toString('base64');
  answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token, access_token: token }));
}

function bearer(incoming: IncomingMessage): Account | undefined {
  const token = /^Bearer (.+)$/.exec(incoming.headers.authorization ?? '')?.[1];
  return token === undefined ? undefined : (JSON.parse(Buffer.from(token, 'base64').toString()) as Account);
}

function challenge(answer: ServerResponse, port: number): void {
  answer.setHeader('www-authenticate', `Bearer realm="http://localhost:${port}/token",service="ghcr.io"`);
  refuse(answer, 401, 'UNAUTHORIZED', 'authentication required');
}

function refuse(answer: ServerResponse, status: number, code: string, message: string): void {
  const body = JSON.stringify({ errors: [{ code, message }] });
  answer.writeHead(status, { 'content-type': 'application/json', 'docker-distribution-api-version': 'registry/2.0' });
  answer.end(body);
}

function forward(host: string, incoming: IncomingMessage, answer: ServerResponse): void {
  const { url: path, method, headers } = incoming;
  const port = Number(host.split(':')[1]);
  const onward = request({ host: '127.0.0.1', port, path, method, headers }, (given) => {
    answer.writeHead(given.statusCode!, given.headers);
    given.pipe(answer);
  });
  onward.once('error', (error) => refuse(answer, 502, 'UNKNOWN', error.message));
  incoming.pipe(onward);
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
