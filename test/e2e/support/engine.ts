import { ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GO_FLAGS, goInstall, needGo, needPrograms } from './machine';
import { cached, cacheRoot, check, digest, locked, log, run, RunOptions, RunResult, which } from './process';

/** What is built from the Go proxy where there is no buildx, or where the frontend can't be pulled. */
const BUILDX = 'v0.38.2';
const BUILDKIT = 'v0.34.2';

/** What stands for the image that a Dockerfile's first line names, by digest: the build argument BUILDKIT_SYNTAX names it. */
export const FRONTEND = 'docker/dockerfile:1';

/** A Docker engine that answers, and a buildx that knows build contexts. */
export interface Engine {
  /** What a program needs in its environment so that its own `docker` reaches this engine and finds buildx. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `docker ARGV…`; throws, with the tail of the output, unless it succeeds. */
  docker(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Runs `docker ARGV…` and reports how it went. */
  tryDocker(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Ends the engine, if it was this call that started it. */
  stop(): Promise<void>;
}

/** How to reach a daemon, and how to end it. */
type Daemon = Pick<Engine, 'env' | 'stop'>;

/**
 * An engine to build and run with: the one that is there (as on a GitHub runner), else a `dockerd` of our own whose
 * data stays in the cache, so that the next run finds its layers again.
 */
export async function startEngine(): Promise<Engine> {
  await needPrograms('docker');
  // Building buildx takes minutes: nothing waits for it that doesn't have to.
  const [daemon, config] = await Promise.all([findDaemon(), buildxConfig()]);
  const env = { ...daemon.env, ...config };
  const withEnv = (options: RunOptions) => ({ ...options, env: { ...env, ...options.env } });
  const engine: Engine = {
    env,
    docker: (argv, options = {}) => check(['docker', ...argv], withEnv(options)),
    tryDocker: (argv, options = {}) => run(['docker', ...argv], withEnv(options)),
    stop: daemon.stop,
  };
  await locked('frontend', () => needFrontend(engine));
  return engine;
}

async function findDaemon(): Promise<Daemon> {
  if (await answers({})) {
    return { env: {}, stop: async () => undefined };
  }
  await needPrograms('dockerd');
  if (process.getuid?.() !== 0) {
    throw new Error('No Docker engine answers, and only root can start one. Start the Docker service.');
  }
  return locked('engine', startDaemon);
}

/** Starts `dockerd`, unless one that an earlier call has started still runs. */
async function startDaemon(): Promise<Daemon> {
  // A socket's path has room for about a hundred bytes: it can't be in a cache folder of any name.
  const runDir = join(tmpdir(), `e2e-engine-${digest(cacheRoot())}`);
  const host = `unix://${join(runDir, 'docker.sock')}`;
  const env = { DOCKER_HOST: host };
  if (await answers(env)) {
    return { env, stop: async () => undefined };
  }
  mkdirSync(runDir, { recursive: true });
  // What a killed daemon leaves would stop the next one. The rest of the folder stays: host networking is mounted in it.
  ['docker.pid', 'docker.sock'].forEach((name) => rmSync(join(runDir, name), { force: true }));
  const dataDir = join(cacheRoot(), 'engine');
  mkdirSync(dataDir, { recursive: true });
  const argv = ['--host', host, '--data-root', dataDir, '--exec-root', join(runDir, 'exec')];
  argv.push('--pidfile', join(runDir, 'docker.pid'));
  const logFile = join(cacheRoot(), 'dockerd.log');
  // A kernel without netfilter has no bridge; host networking, which is all that builds need, works all the same.
  for (const network of [[], ['--bridge=none', '--iptables=false']]) {
    const output = openSync(logFile, 'w');
    const daemon = spawn(which('dockerd')!, [...argv, ...network], {
      detached: true,
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    daemon.unref();
    if (await comesUp(daemon, env)) {
      log(`started dockerd${network.length > 0 ? ' without a bridge network' : ''}, log in ${logFile}`);
      return { env, stop: () => end(daemon) };
    }
    await end(daemon);
  }
  throw new Error(
    `dockerd does not start:\n${readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-30).join('\n')}`,
  );
}

async function comesUp(daemon: ChildProcess, env: Readonly<Record<string, string>>): Promise<boolean> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && daemon.exitCode === null) {
    if (await answers(env)) {
      return true;
    }
    await pause(200);
  }
  return false;
}

async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode === null && daemon.signalCode === null) {
    daemon.kill('SIGTERM');
  }
  for (let tries = 0; tries < 150 && daemon.exitCode === null && daemon.signalCode === null; tries++) {
    await pause(200);
  }
}

async function answers(env: Readonly<Record<string, string>>): Promise<boolean> {
  const version = ['docker', 'version', '--format', '{{.Server.Version}}'];
  return (await run(version, { env, timeout: 20_000, quiet: true })).status === 0;
}

/** The environment with which `docker` finds buildx; empty where it does already. */
async function buildxConfig(): Promise<Record<string, string>> {
  const present = await run(['docker', 'buildx', 'version'], { quiet: true });
  if (present.status === 0 && present.stdout.includes('buildx')) {
    return {};
  }
  // Without its version, docker/build-push-action takes buildx for an old one and drops options in silence.
  const ldflags = `-s -w -X github.com/docker/buildx/version.Version=${BUILDX}`;
  const bin = await goInstall('buildx', 'github.com/docker/buildx/cmd/buildx', BUILDX, ldflags);
  const config = await cached('docker-config', bin, async (folder) => {
    mkdirSync(join(folder, 'cli-plugins'));
    symlinkSync(join(bin, 'buildx'), join(folder, 'cli-plugins', 'docker-buildx'));
  });
  return { DOCKER_CONFIG: config };
}

/** Sees to it that the engine has the Dockerfile frontend: it is pulled where possible, else built. */
async function needFrontend(engine: Engine): Promise<void> {
  const present = await engine.tryDocker(['image', 'inspect', FRONTEND], { quiet: true });
  if (present.status === 0) {
    return;
  }
  const pulled = await engine.tryDocker(['pull', '--quiet', FRONTEND], { quiet: true, timeout: 60_000 });
  if (pulled.status === 0) {
    return;
  }
  const folder = await cached('dockerfile-frontend', BUILDKIT, buildFrontend);
  const changes = [
    'ENTRYPOINT ["/dockerfile-frontend"]',
    'LABEL moby.buildkit.frontend.network.none="true"',
    'LABEL moby.buildkit.frontend.caps="moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts"',
  ];
  const tar = join(folder, 'frontend.tar');
  await engine.docker(['import', ...changes.flatMap((change) => ['--change', change]), tar, FRONTEND]);
}

async function buildFrontend(folder: string): Promise<void> {
  needGo('the Dockerfile frontend');
  const options = { cwd: folder, env: { CGO_ENABLED: '0', GOFLAGS: '' } };
  const command = 'github.com/moby/buildkit/frontend/dockerfile/cmd/dockerfile-frontend';
  await check(['go', 'mod', 'init', 'scratch'], options);
  await check(['go', 'get', `${command}@${BUILDKIT}`], options);
  await check(['go', 'build', ...GO_FLAGS, '-s -w', '-o', 'dockerfile-frontend', command], options);
  await check(['tar', '--create', '--file', 'frontend.tar', 'dockerfile-frontend'], options);
  rmSync(join(folder, 'dockerfile-frontend'));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
