/** A repository with the pipeline of the small package, its workflows run in the engine, and what GitHub keeps of them. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Project } from 'projen';
import { forAct, withRights } from './act-schema';
import { Engine } from './engine';
import { pythonTools } from './machine';
import { check } from './process';
import { Registry } from './registry';
import { readRelease, Release, runnerPrograms } from './releases';
import { runWorkflow, Storage, WorkflowRun } from './workflow-engine';
import { makeRepository, Repository, WorkflowEvent } from './workflow-events';
import { WheelPipeline, WheelPipelineOptions } from '../../../src';
import { MICROMAMBA_EXE, micromambaExeUrl } from '../../../src/declaration/pins';

const STAND_INS = resolve(__dirname, '..', 'stand-ins');
const PACKAGE = resolve(__dirname, '..', 'release-package');

/** The one workflow that signs images, on the branch whose images are trusted. */
export const SIGNED = 'owner/name/.github/workflows/docker.yml refs/heads/main';

/** The pin of what the stand-in for curl gives in the place of micromamba. */
function micromamba(): { version: string; sha256: string } {
  const { version } = MICROMAMBA_EXE;
  const sha256 = createHash('sha256')
    .update(`from ${micromambaExeUrl(version)}\n`)
    .digest('hex');
  return { version, sha256 };
}

/** A replacement of a synthesized file, or a function of its text. */
type Replacement = string | ((synthesized: string) => string);

/** Options of a repository with the synthesized files. */
export interface Place extends Pick<Repository, 'fork' | 'visibility'> {
  /** Default: the declared one. */
  readonly name?: string;
  /** The declared repository. Default: `owner/name`. */
  readonly declared?: string;
  /** Limit the jobs' tokens to the permissions that the jobs declare. Default: no limit. */
  readonly rights?: boolean;
}

/** Synthesizes the small package's pipeline into a folder, whose files become the repository. */
export async function synthesize(
  outdir: string,
  image: string,
  wheels: WheelPipelineOptions['wheels'],
  files: Readonly<Record<string, Replacement>> = {},
  { declared = 'owner/name', name = declared, rights = false, ...facts }: Place = {},
): Promise<Repository> {
  const project = new Project({ name: 'release-demo', outdir });
  new WheelPipeline(project, {
    repository: declared,
    name: 'release-demo',
    source: { folder: 'package' },
    image: { name: image },
    pins: { micromambaExe: micromamba() },
    wheels,
  });
  process.env.PROJEN_DISABLE_POST = '1';
  project.synth();
  cpSync(PACKAGE, join(outdir, 'package'), { recursive: true });
  const written = readdirSync(outdir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(outdir.length + 1));
  const text = (path: string): string => readFileSync(join(outdir, path), 'utf8');
  const adapted = (workflow: string): string => (rights ? withRights(forAct(workflow)) : forAct(workflow));
  const workflows = written.filter((path) => path.startsWith('.github/workflows/'));
  return makeRepository({
    name,
    ...facts,
    from: { folder: outdir, files: written.filter((path) => !(path in files)) },
    files: {
      ...Object.fromEntries(workflows.map((path) => [path, adapted(text(path))])),
      ...Object.fromEntries(
        Object.entries(files).map(([path, by]) => [path, typeof by === 'string' ? by : by(text(path))]),
      ),
    },
  });
}

/** How a run differs from the usual one. */
export interface ActOptions {
  readonly workflow?: string;
  readonly repository?: Repository;
  readonly env?: Readonly<Record<string, string>>;
  /** Images that are signed: by reference with digest, each with who signed it. */
  readonly attested?: Readonly<Record<string, string>>;
}

/** Where the workflows of a release run. */
export class ReleaseBench {
  /** A Python with what the program needs. */
  static async prepare(
    folder: string,
    engine: Engine,
    registry: Registry,
    programs: Readonly<Record<string, string>> = {},
  ): Promise<ReleaseBench> {
    const bin = await pythonTools('release', []);
    return new ReleaseBench(engine, registry, bin, runnerPrograms(join(folder, 'programs'), programs));
  }

  private constructor(
    readonly engine: Engine,
    readonly registry: Registry,
    readonly bin: string,
    private readonly programs: string,
  ) {}

  /** The image's name, in the registry that stands for GitHub's. */
  get image(): string {
    return `${this.registry.host}/owner/name`;
  }

  /** The tag that the repository's image has by its environment. */
  async environmentTag(repository: Repository): Promise<string> {
    const argv = [join(this.bin, 'python'), 'scripts/wheel_pipeline.pyz', 'ci', 'image-tag'];
    const { stdout } = await check(argv, { cwd: repository.folder, quiet: true });
    return `${this.image}:${/^tag=(env-[0-9a-f]{16})$/m.exec(stdout)![1]}`;
  }

  /** Runs a workflow; releases are kept in the storage. */
  async act(storage: Storage, repository: Repository, event: WorkflowEvent, options: ActOptions): Promise<WorkflowRun> {
    const releases = join(storage.folder, 'releases');
    mkdirSync(releases, { recursive: true });
    const attested = Object.entries(options.attested ?? {}).map(([image, by]) => `oci://${image} ${by}\n`);
    writeFileSync(join(releases, 'attested.txt'), attested.join(''));
    const { fork = false, visibility = 'public' } = repository;
    writeFileSync(join(releases, 'repository.json'), JSON.stringify({ fork, visibility }));
    return runWorkflow({
      engine: this.engine,
      storage,
      repository,
      event,
      workflow: options.workflow ?? 'release.yml',
      programs: [this.programs],
      env: {
        E2E_PYTHON: join(this.bin, 'python'),
        E2E_BUILT: join(STAND_INS, 'built.py'),
        E2E_PWSH: join(STAND_INS, 'actions/runner/pwsh'),
        E2E_REGISTRY: this.registry.host,
        GH_STANDIN_FOLDER: releases,
        GH_STANDIN_API: join(STAND_INS, 'gh_api.py'),
        GH_STANDIN_REPOSITORY: join(storage.folder, 'origin.git'),
        GH_STANDIN_RUNS: join(storage.folder, 'runs'),
        ...options.env,
      },
    });
  }
}

/** The release of a tag, as the world sees it. */
export function published(storage: Storage, tag: string): Release | undefined {
  return readRelease(join(storage.folder, 'releases'), tag);
}

/** What act printed, where a run should have succeeded. */
export function failureOf(done: WorkflowRun): string {
  return done.status === 0 ? '' : done.output.slice(-6000);
}
