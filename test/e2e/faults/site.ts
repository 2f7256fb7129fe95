/** The small package, built once, with the program that builds and tests it: where things are broken. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Env, Place } from './case';
import type { WheelPipelineOptions } from '../../../src/declaration/pipeline';
import type { CheckFiles } from '../support/check-file';
import { check, digest, RunResult } from '../support/process';
import { DECLARATION, SmallPackage, smallPackage } from '../support/small-package';

/** Where the wheels are delivered. */
export const OUTPUT = 'dist/linux-x86_64';
/** Folders whose contents a run may change: the program's own, and those that hold what is broken. */
const OWN = /^(build|bin|temporary)(\/|$)/;
/** What is beside the delivered wheels while a run has them. */
const NOTES = /(^|\/)\.[^/]*\.(lock|owner\.json|unfinished)$/;

/** What fails is tried again at once, here. */
const QUICK = { attempts: 2, pause: 0.05 };

type Limits = Partial<Record<'attempts' | 'pause' | 'command' | 'download' | 'build' | 'check', number>>;

export class Site implements Place {
  /** Lays the package down, declared as it is or otherwise, and builds it. */
  public static async make(
    options: (site: Site) => WheelPipelineOptions | Promise<WheelPipelineOptions> = () => DECLARATION,
  ): Promise<Site> {
    const site = new Site(await smallPackage());
    site.declare(await options(site));
    const built = await site.small.script('build');
    if (built.status !== 0) throw new Error(built.stdout + built.stderr);
    for (const name of readdirSync(site.folder)) {
      if (!OWN.test(name)) cpSync(join(site.folder, name), join(site.kept, name), { recursive: true });
    }
    return site;
  }

  public readonly folder: string;
  /** As everything was before it was broken. */
  private readonly kept = mkdtempSync(join(tmpdir(), 'faults-kept-'));

  private constructor(public readonly small: SmallPackage) {
    this.folder = small.folder;
  }

  /** Every file of the caller's, by path; of a build record, nothing that each run has of its own. */
  public snapshot(): Record<string, string> {
    const entries = readdirSync(this.folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => [entry, join(entry.parentPath, entry.name).slice(this.folder.length + 1)] as const)
      .filter(([, path]) => !OWN.test(path) && !NOTES.test(path) && !path.includes('__pycache__'));
    return Object.fromEntries(
      paths.map(([entry, path]) => {
        if (!entry.isFile()) return [path, 'no file'];
        const data = readFileSync(join(this.folder, path));
        return [path, digest(path.endsWith('build-record.json') ? essence(data.toString()) : data)];
      }),
    );
  }

  public run([command, ...args]: readonly string[], env: Env = {}): Promise<RunResult> {
    if (command === 'build' || command === 'test') return this.small.script(command, env, ...args);
    return this.small.run(['python', '-E', 'scripts/wheel_pipeline.pyz', command!, ...args], env);
  }

  /** Has the plan wait for less, or more often. */
  public limits(limits: Limits): void {
    const path = join(this.folder, 'scripts/plan.json');
    const plan = JSON.parse(readFileSync(path, 'utf8'));
    this.write(
      'scripts/plan.json',
      `${JSON.stringify({ ...plan, limits: { ...plan.limits, ...limits } }, undefined, 2)}\n`,
    );
  }

  /** A file, whatever it was before. */
  public write(path: string, text: string, mode = 0o644): void {
    const target = join(this.folder, path);
    mkdirSync(dirname(target), { recursive: true });
    rmSync(target, { force: true });
    writeFileSync(target, text, { mode });
    chmodSync(target, mode);
  }

  public read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  public has(path: string): boolean {
    return existsSync(join(this.folder, path));
  }

  public delete(path: string): void {
    rmSync(join(this.folder, path), { recursive: true, force: true });
  }

  /** What a folder has. */
  public list(path: string): string[] {
    return readdirSync(join(this.folder, path)).sort();
  }

  /** Declares the pipeline anew. */
  public declare(options: WheelPipelineOptions, checks: CheckFiles = {}): void {
    this.small.declare(options, checks);
    this.limits(QUICK);
  }

  /** A copy of the package's tree. */
  public copy(target: string): string {
    cpSync(join(this.folder, 'package'), join(this.folder, target), { recursive: true });
    return join(this.folder, target);
  }

  /** A program of that name, before all others: a script for sh. */
  public tool(name: string, script: string): Env {
    this.write(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
    return { PATH: `${join(this.folder, 'bin')}${delimiter}${this.path}` };
  }

  /** The PATH, with all of its programs but one. */
  public without(...names: readonly string[]): Env {
    const bin = join(this.folder, 'bin');
    mkdirSync(bin, { recursive: true });
    for (const folder of this.path.split(delimiter).filter(existsSync)) {
      for (const name of readdirSync(folder)) {
        if (!names.includes(name) && !existsSync(join(bin, name))) link(join(folder, name), join(bin, name));
      }
    }
    // A virtual environment is found from where its interpreter is called.
    return { PATH: bin, PYTHON: join(this.path.split(delimiter)[0]!, 'python') };
  }

  public get path(): string {
    return this.small.env.PATH!;
  }

  /** The delivered wheel's name. */
  public get wheel(): string {
    return readdirSync(join(this.folder, OUTPUT)).find((name) => name.endsWith('.whl'))!;
  }

  /** Whatever is not the program's own is as it was, or gone. */
  public mend(): void {
    for (const name of readdirSync(this.folder)) {
      if (name !== 'build') rmSync(join(this.folder, name), { recursive: true, force: true });
    }
    cpSync(this.kept, this.folder, { recursive: true });
  }

  public remove(): void {
    rmSync(this.kept, { recursive: true, force: true });
    this.small.remove();
  }
}

/** Of a build record, what each run of the same build must have. */
function essence(record: string): string {
  try {
    const { schema, name, platform, version, wheels } = JSON.parse(record);
    return JSON.stringify({ schema, name, platform, version, wheels });
  } catch {
    return record; // a case has put something else there
  }
}

function link(from: string, to: string): void {
  try {
    symlinkSync(from, to);
  } catch {
    // A link that leads nowhere stands there already.
  }
}

/** Commits a folder; its commit. */
export async function commit(folder: string): Promise<string> {
  const git = ['git', '-C', folder, '-c', 'user.name=x', '-c', 'user.email=x@example.com'];
  const quiet = { quiet: true };
  await check([...git, 'init', '--quiet'], quiet);
  await check([...git, 'add', '--all', '--force'], quiet);
  await check([...git, 'commit', '--quiet', '--message', 'x'], quiet);
  return (await check([...git, 'rev-parse', 'HEAD'], quiet)).stdout.trim();
}
