/** A small native package with its pipeline, in a folder of its own, built by its scripts on this very machine. */
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Project } from 'projen';
import { baseGlibc } from './base-image';
import { CheckFiles, writeChecks } from './check-file';
import { Launched } from './launch';
import { pythonTools } from './machine';
import { run, RunOptions, RunResult } from './process';
import { REPOSITORY } from './repository';
import { Platform, WheelPipeline } from '../../../src';
import { buildRequirements } from '../../../src/constructs/scripts/requirements';
import type { WheelPipelineOptions } from '../../../src/declaration/pipeline';
import { PACKED_PROGRAM } from '../../../src/plan/files';
import { resolvePlan } from '../../../src/plan/resolve';

/** A lock file stands in for any: the package's build reads it, and its second library repeats the first. */
export const DECLARATION: WheelPipelineOptions = {
  repository: 'owner/release-demo',
  source: { folder: 'package', overlay: { 'answer.lock': '41\n' } },
  platforms: [Platform.LINUX_X86_64],
  wheels: [
    {
      distribution: 'release-demo',
      aliases: [{ alias: 'release_demo/libother.so', target: 'release_demo/libdemo.so' }],
      checks: [{ name: 'both names answer', python: ['checks/both_names.py', 'demo', 'other'] }],
    },
  ],
};

const CHECKS: CheckFiles = {
  'checks/both_names.py': [
    'import ctypes, sys, _library',
    'for name in sys.argv[1:]:',
    '    assert ctypes.CDLL(str(_library.path(name))).answer(1) == 42',
    'assert len(sys.argv) == 3',
  ],
  'checks/_library.py': [
    'import pathlib, release_demo',
    'def path(name):',
    '    return pathlib.Path(release_demo.__file__).with_name(f"lib{name}.so")',
  ],
};

const CMAKE = `
file(STRINGS answer.lock ANSWER)
add_library(other SHARED demo.c)
foreach(LIBRARY demo other)
  target_compile_definitions(\${LIBRARY} PRIVATE ANSWER=\${ANSWER})
endforeach()
install(TARGETS other LIBRARY DESTINATION release_demo)
`;

/** The package, as it was laid down for one test. */
export class SmallPackage {
  public readonly folder = mkdtempSync(join(tmpdir(), 'small-package-e2e-'));

  constructor(public readonly env: Readonly<Record<string, string>>) {
    this.declare(DECLARATION);
    cpSync(join(REPOSITORY, 'test/e2e/release-package'), join(this.folder, 'package'), { recursive: true });
    this.append('CMakeLists.txt', CMAKE);
    writeFileSync(join(this.folder, 'package/demo.c'), 'int answer(int question) { return question + ANSWER; }\n');
  }

  /** Synthesize its pipeline, replacing an earlier one; its checks may need additional files. */
  public declare(options: WheelPipelineOptions, checks: CheckFiles = {}): void {
    writeChecks(this.folder, { ...CHECKS, ...checks });
    const project = new Project({ name: 'release-demo', outdir: this.folder });
    new WheelPipeline(project, options);
    project.synth();
  }

  /** Adds to one of its files. */
  public append(file: string, text: string): void {
    appendFileSync(join(this.folder, 'package', file), text);
  }

  /** The text of one of its files. */
  public write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, 'package', file)), { recursive: true });
    writeFileSync(join(this.folder, 'package', file), text);
  }

  public run(argv: readonly string[], env: RunOptions['env'] = {}): Promise<RunResult> {
    return run(argv, { cwd: this.folder, env: { ...this.env, ...env } });
  }

  /** Runs a wrapper, as a person does. */
  public script(name: 'build' | 'test', env: RunOptions['env'] = {}, ...args: string[]): Promise<RunResult> {
    return this.run(['bash', `scripts/${name}.sh`, ...args], env);
  }

  /** Runs a wrapper on a terminal of some columns; standard output and error are one there. */
  public onTerminal(columns: number, env: RunOptions['env'], ...words: string[]): Promise<RunResult> {
    const command = `stty cols ${columns} rows 30; exec bash ${words.join(' ')}`;
    // A terminal like any other: nothing of the one that this suite runs in, or of CI.
    const outside = { CI: undefined, GITHUB_ACTIONS: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined };
    const terminal = { ...outside, TERM: 'xterm-256color', COLUMNS: undefined, SHELL: '/bin/bash' };
    return this.run(['script', '--quiet', '--return', '--command', command, '/dev/null'], { ...terminal, ...env });
  }

  /** Starts a wrapper, and does not wait for its end. */
  public launch(name: 'build' | 'test', env: RunOptions['env'] = {}, ...args: string[]): Launched {
    const options = { cwd: this.folder, env: { ...this.env, ...env } };
    return new Launched(['bash', `scripts/${name}.sh`, ...args], options);
  }

  /** Runs one of the program's commands that have no wrapper. */
  public program(...argv: string[]): Promise<RunResult> {
    return this.run(['python', PACKED_PROGRAM, ...argv]);
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Lays the package down, with the build tools on the PATH of what runs in it. */
export async function smallPackage(): Promise<SmallPackage> {
  const plan = resolvePlan(DECLARATION);
  const packages = plan.builds[0].pythonPackages.map(({ name, version }) => `${name}==${version}`);
  const bin = await pythonTools('build-tools', [...buildRequirements(plan), ...packages]);
  return new SmallPackage({
    PATH: `${bin}:${process.env.PATH}`,
    AUDITWHEEL_PLAT: `${await baseGlibc()}_x86_64`,
  });
}
