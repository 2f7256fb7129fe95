import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { baseImage, baseRootfs } from './base-image';
import { condaChannel, micromamba, PackageSource } from './channel';
import { Engine, FRONTEND } from './engine';
import { digest } from './process';

/** What to build. */
export interface ImageOptions {
  /** The folder that the Dockerfile copies from. */
  readonly context: string;
  /** Default: `docker/Dockerfile` in the context. */
  readonly dockerfile?: string;
  /** The environment file that the channel is made from. Default: `environment.yml` beside the Dockerfile. */
  readonly environment?: string;
  readonly tag: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What was built. */
export interface BuiltImage {
  readonly id: string;
  /** Bytes, all layers. */
  readonly size: number;
  readonly tag: string;
  /** What stood for which reference. */
  readonly standIns: Readonly<Record<string, string>>;
  /** What the environment's packages were. */
  readonly packages: readonly PackageSource[];
}

/** The stand-ins for the images that a Dockerfile may name, by a pattern that the reference must match. */
interface StandIn {
  readonly pattern: RegExp;
  /** Makes it; returns what buildx takes as the source of a build context. */
  make(engine: Engine, reference: string, channel: string): Promise<string>;
}

const STAND_INS: readonly StandIn[] = [
  { pattern: /(^|\/)pypa\/manylinux[^/]*:[^/]+$/, make: manylinux },
  { pattern: /(^|\/)mambaorg\/micromamba:[^/]+$/, make: (_, reference) => micromamba(versionOf(reference)) },
];

/** The images that a Dockerfile takes from elsewhere, as it names them: not its own stages, nor `scratch`. */
export function imageReferences(dockerfile: string): string[] {
  const stages = new Set<string>();
  const references = new Set<string>();
  // A stage can be named with an argument, such as base-$TARGETARCH.
  const isStage = (name: string): boolean =>
    [...stages].some((stage) => new RegExp(`^${name.toLowerCase().replace(/\$\{?\w+\}?/g, '.+')}$`).test(stage));
  const note = (name: string) => {
    if (name !== 'scratch' && !isStage(name) && !/^\d+$/.test(name)) {
      references.add(name);
    }
  };
  for (const line of dockerfile.replace(/\\\r?\n/g, ' ').split('\n')) {
    const from = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line);
    if (from) {
      note(from[1]!);
      stages.add((from[2] ?? '').toLowerCase());
    } else {
      // COPY --from=…, ADD --from=…, and RUN --mount=type=…,from=…
      const sources = [...line.matchAll(/^\s*(?:COPY|ADD)\s.*?--from=(\S+)|--mount=\S*?\bfrom=([^,\s]+)/gi)];
      sources.forEach((match) => note((match[1] ?? match[2])!));
    }
  }
  return [...references];
}

/** Stand-ins for all that a Dockerfile takes from elsewhere. */
export interface BuildContexts {
  /** For buildx: `--build-context REFERENCE=SOURCE …`, and what reads the Dockerfile. */
  readonly argv: readonly string[];
  /** What stands for which reference: `docker-image://TAG`, or a folder. */
  readonly standIns: Readonly<Record<string, string>>;
  /** What the environment's packages are. */
  readonly packages: readonly PackageSource[];
}

/**
 * Makes a stand-in for each image that a Dockerfile takes from elsewhere.
 *
 * The engine may be one that is still starting: what needs none is made meanwhile.
 */
export async function buildContexts(
  engine: Engine | Promise<Engine>,
  options: Pick<ImageOptions, 'context' | 'dockerfile' | 'environment'>,
): Promise<BuildContexts> {
  const dockerfile = dockerfileOf(options);
  const references = imageReferences(readFileSync(dockerfile, 'utf8'));
  const makers = references.map((reference) => ({ reference, standIn: findStandIn(reference, dockerfile) }));
  const environment = options.environment ?? join(dirname(dockerfile), 'environment.yml');
  // What each of these makes is in the cache when it is asked for again below.
  const [ready, channel] = await Promise.all([
    engine,
    condaChannel(environment),
    baseRootfs(),
    ...references.filter((name) => name.includes('micromamba')).map((name) => micromamba(versionOf(name))),
  ]);
  const standIns: Record<string, string> = {};
  for (const { reference, standIn } of makers) {
    standIns[reference] = await standIn.make(ready, reference, channel.folder);
  }
  const argv = Object.entries(standIns).flatMap(([name, source]) => ['--build-context', `${name}=${source}`]);
  argv.push('--build-arg', `BUILDKIT_SYNTAX=${FRONTEND}`);
  return { argv, standIns, packages: channel.packages };
}

/** Builds a Dockerfile as it is, with a stand-in for each image that it takes from elsewhere. */
export async function buildImage(engine: Engine | Promise<Engine>, options: ImageOptions): Promise<BuiltImage> {
  const contexts = await buildContexts(engine, options);
  const { docker } = await engine;
  // The default builder is the engine's own: the only kind that sees the engine's images.
  const argv = ['buildx', 'build', '--builder', 'default', '--network', 'host', '--progress', 'plain', '--load'];
  argv.push('--file', dockerfileOf(options), '--tag', options.tag, ...contexts.argv);
  argv.push(...pairs('--build-arg', options.buildArgs), ...pairs('--label', options.labels));
  await docker([...argv, options.context]);
  const inspected = await docker(['image', 'inspect', '--format', '{{.Id}} {{.Size}}', options.tag], { quiet: true });
  const [id = '', size = ''] = inspected.stdout.trim().split(' ');
  return { id, size: Number(size), tag: options.tag, standIns: contexts.standIns, packages: contexts.packages };
}

function dockerfileOf(options: Pick<ImageOptions, 'context' | 'dockerfile'>): string {
  return resolve(options.dockerfile ?? join(options.context, 'docker', 'Dockerfile'));
}

function findStandIn(reference: string, dockerfile: string): StandIn {
  const pinned = /@sha256:[0-9a-f]{64}$/.exec(reference);
  const standIn = STAND_INS.find(({ pattern }) => pattern.test(reference.replace(/@sha256:.*$/, '')));
  if (!pinned || !standIn) {
    const why = pinned ? 'has no stand-in: add one to STAND_INS in image.ts' : 'is not pinned by digest';
    throw new Error(`${dockerfile} takes ${reference}, which ${why}`);
  }
  return standIn;
}

/**
 * The base with the channel inside, where conda's own variable leads to it. A folder in the image can't be out of reach
 * in a build, as a server could; and it is the same to the build's cache as long as its contents are.
 */
async function manylinux(engine: Engine, _: string, channel: string): Promise<string> {
  const base = await baseImage(engine);
  const home = '/opt/stand-in-channels';
  const tag = `mlc-llm-pipeline-e2e/manylinux:${digest(base, channel)}`;
  if ((await engine.tryDocker(['image', 'inspect', tag], { quiet: true })).status !== 0) {
    const lines = [`FROM ${base}`, `COPY . ${home}/conda-forge`, `ENV CONDA_CHANNEL_ALIAS=file://${home}/`];
    const build = ['buildx', 'build', '--builder', 'default', '--tag', tag, '--file', '-', channel];
    await engine.docker(build, { input: lines.join('\n') });
  }
  return `docker-image://${tag}`;
}

function versionOf(reference: string): string {
  return /:([^:/@]+)@/.exec(reference)?.[1] ?? 'unknown';
}

function pairs(option: string, values: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(values).flatMap(([name, value]) => [option, `${name}=${value}`]);
}
