/** A tested build of the small package, about to be released: a repository with its tag, and a stand-in for GitHub. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Env, Place } from './case';
import { commit, OUTPUT, Site } from './site';
import { Launched } from '../support/launch';
import { check, RunResult } from '../support/process';
import { readRelease, Release } from '../support/releases';
import { REPOSITORY } from '../support/repository';

export const TAG = 'v1.0.0';
export const PLATFORM = 'linux-x86_64';
/** What no output may have. */
export const TOKEN = 'ghp_0123456789abcdefghij';
const STAND_INS = join(REPOSITORY, 'test/e2e/stand-ins');
/** What the program, and a stand-in for it, change. */
const CHANGED = ['releases', 'bin'];

export class Hub implements Place {
  /** Builds and tests version 1.0.0. */
  public static async make(): Promise<Hub> {
    const site = await Site.make();
    for (const command of ['build', 'test']) {
      const { status, stdout, stderr } = await site.run([command], { WHEEL_VERSION: TAG.slice(1) });
      if (status !== 0) throw new Error(stdout + stderr);
    }
    const folder = mkdtempSync(join(tmpdir(), 'faults-hub-'));
    cpSync(join(site.folder, OUTPUT), join(folder, 'wheels', PLATFORM), { recursive: true });
    cpSync(
      join(site.folder, `build/test-report/${PLATFORM}.json`),
      join(folder, 'wheels', PLATFORM, 'test-report.json'),
    );
    writeFileSync(join(folder, 'notes.md'), '# Notes\n');
    mkdirSync(join(folder, 'origin'));
    writeFileSync(join(folder, 'origin/file'), 'x');
    const sha = await commit(join(folder, 'origin'));
    await check(['git', '-C', join(folder, 'origin'), 'branch', '--move', '--force', 'main'], { quiet: true });
    await check(['git', '-C', join(folder, 'origin'), 'tag', TAG], { quiet: true });
    return new Hub(folder, site, sha);
  }

  private readonly kept = mkdtempSync(join(tmpdir(), 'faults-kept-'));

  private constructor(
    public readonly folder: string,
    private readonly site: Site,
    /** The commit of the tag. */
    public readonly sha: string,
  ) {
    cpSync(folder, this.kept, { recursive: true });
  }

  public begin(): void {
    rmSync(join(this.folder, 'releases'), { recursive: true, force: true });
  }

  public snapshot(): Record<string, string> {
    const entries = readdirSync(this.folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const ours = (path: string): boolean => !/^(bin|origin)\/|calls\.jsonl$/.test(path);
    return Object.fromEntries(
      files
        .map((file) => file.slice(this.folder.length + 1))
        .filter(ours)
        .map((path) => [path, readFileSync(join(this.folder, path), 'latin1')]),
    );
  }

  /** The words of a release's step, with all that its workflow would give it. */
  public words([step, ...more]: readonly string[]): string[] {
    const tag = this.site.small.env.AUDITWHEEL_PLAT;
    const built = [
      join(this.folder, 'wheels'),
      '--version=1.0.0',
      `--platform-tag=${PLATFORM}=${tag}`,
      '--require-tests',
    ];
    const released = [`--tag=${TAG}`, '--repository=owner/release-demo'];
    const run = [`--ref=refs/tags/${TAG}`, `--sha=${this.sha}`, '--publish'];
    const notes = [`--notes=${join(this.folder, 'notes.md')}`, `--tag-commit=${this.sha}`];
    const given: Record<string, string[]> = {
      plan: [...released, ...run],
      verify: built,
      publish: [...built, ...released, ...notes],
    };
    // What is said last counts.
    return ['release', step!, ...given[step!]!, ...more];
  }

  public run(words: readonly string[], env: Env = {}): Promise<RunResult> {
    return this.site.run(this.words(words), { ...this.env, ...env });
  }

  public launch(words: readonly string[], env: Env = {}): Launched {
    const argv = ['python', '-E', 'scripts/wheel_pipeline.pyz', ...this.words(words)];
    const given = { ...this.site.small.env, ...this.env, ...env } as Record<string, string>;
    return new Launched(argv, { cwd: this.site.folder, env: given });
  }

  /** Has the plan wait for less. */
  public limits(limits: Record<string, number>): void {
    this.site.limits(limits);
  }

  private get env(): Record<string, string> {
    const bin = join(this.folder, 'bin');
    if (!existsSync(join(bin, 'gh'))) this.gh('');
    return {
      PATH: `${bin}${delimiter}${this.site.path}`,
      GH_TOKEN: TOKEN,
      GH_STANDIN_FOLDER: join(this.folder, 'releases'),
      GH_STANDIN_API: join(STAND_INS, 'gh_api.py'),
      GH_STANDIN_REPOSITORY: join(this.folder, 'origin'),
    };
  }

  /** The PATH without gh. */
  public get withoutGh(): string {
    return this.site.path;
  }

  /** gh, which does something before it answers: lines for sh, that see its arguments. */
  public gh(before: string, after = ''): void {
    const real = `"${join(this.site.path.split(delimiter)[0]!, 'python')}" "${join(STAND_INS, 'gh.py')}" "$@"`;
    mkdirSync(join(this.folder, 'bin'), { recursive: true });
    writeFileSync(join(this.folder, 'bin/gh'), `#!/bin/sh\n${before}\n${real}\nstatus=$?\n${after}\nexit $status\n`, {
      mode: 0o755,
    });
  }

  /** The release, as it is now. */
  public release(): Release | undefined {
    return readRelease(join(this.folder, 'releases'), TAG);
  }

  /** Another value for what is known of the release. */
  public edit(changes: object): void {
    const path = join(this.folder, 'releases', TAG, 'release.json');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...changes }));
  }

  /** A release that somebody else has made. */
  public made(draft: boolean, body = 'By hand.'): void {
    mkdirSync(join(this.folder, 'releases', TAG, 'assets'), { recursive: true });
    const about = { tagName: TAG, name: '', body, isDraft: draft, isPrerelease: false, url: 'https://github.com/x' };
    writeFileSync(join(this.folder, 'releases', TAG, 'release.json'), JSON.stringify(about));
    writeFileSync(join(this.folder, 'releases', TAG, 'assets/theirs.whl'), 'theirs');
  }

  /** A file of the platform's folder. */
  public file(name: string): string {
    return join(this.folder, 'wheels', PLATFORM, name);
  }

  public get wheel(): string {
    return readdirSync(join(this.folder, 'wheels', PLATFORM)).find((name) => name.endsWith('.whl'))!;
  }

  /** A JSON file of the platform's folder, changed. */
  public change(name: string, change: (value: any) => unknown): void {
    const value = JSON.parse(readFileSync(this.file(name), 'utf8'));
    change(value);
    writeFileSync(this.file(name), JSON.stringify(value));
  }

  public mend(): void {
    for (const name of readdirSync(this.folder)) {
      if (name !== 'releases') rmSync(join(this.folder, name), { recursive: true, force: true });
    }
    cpSync(this.kept, this.folder, {
      recursive: true,
      filter: (path) => !CHANGED.includes(path.slice(this.kept.length + 1)),
    });
    this.site.mend();
  }

  /** What was published is public, with nothing but its own files. */
  public succeeded([step]: readonly string[]): void {
    if (step !== 'publish') return;
    const release = this.release()!;
    expect(release.draft).toBe(false);
    expect(release.assets).toContain(this.wheel);
    expect(release.assets).not.toContain('theirs.whl');
  }

  public remove(): void {
    [this.folder, this.kept].forEach((folder) => rmSync(folder, { recursive: true, force: true }));
    this.site.remove();
  }
}
