/** A small native package with its pipeline, in a folder of its own, built by its scripts on this very machine. */
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Project } from 'projen';
import { baseGlibc } from './base-image';
import { pythonTools } from './machine';
import { run, RunResult } from './process';
import { REPOSITORY } from './repository';
import { Platform, WheelPipeline } from '../../../src';
import type { PipelineOptions } from '../../../src/declaration/pipeline';
import { resolvePlan } from '../../../src/plan/resolve';
import { buildRequirements } from '../../../src/scripts/requirements';

/** A lock file stands in for any: the package's build reads it, and its second library repeats the first. */
export const DECLARATION: PipelineOptions = {
  repository: 'owner/release-demo',
  source: { folder: 'package', overlay: { 'answer.lock': '41\n' } },
  platforms: [Platform.LINUX_X86_64],
  wheels: [
    {
      distribution: 'release-demo',
      aliases: [{ alias: 'release_demo/libother.so', of: 'release_demo/libdemo.so' }],
      checks: [
        {
          name: 'both names answer',
          python: [
            'import ctypes, pathlib, release_demo',
            'folder = pathlib.Path(release_demo.__file__).parent',
            'for name in ("demo", "other"):',
            '    assert ctypes.CDLL(str(folder / f"lib{name}.so")).answer(1) == 42',
          ],
        },
      ],
    },
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

  constructor(public readonly env: Record<string, string>) {
    this.declare(DECLARATION);
    cpSync(join(REPOSITORY, 'test/e2e/release-package'), join(this.folder, 'package'), { recursive: true });
    this.append('CMakeLists.txt', CMAKE);
    writeFileSync(join(this.folder, 'package/demo.c'), 'int answer(int question) { return question + ANSWER; }\n');
  }

  /** Synthesizes its pipeline, anew where there is one. */
  public declare(options: PipelineOptions): void {
    const project = new Project({ name: 'release-demo', outdir: this.folder });
    new WheelPipeline(project, options);
    project.synth();
  }

  /** Adds to one of its files. */
  public append(file: string, text: string): void {
    appendFileSync(join(this.folder, 'package', file), text);
  }

  /** Replaces a text in one of its files. */
  public replace(file: string, text: string, by: string): void {
    const path = join(this.folder, 'package', file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(text, by));
  }

  public run(argv: readonly string[], env: Record<string, string> = {}): Promise<RunResult> {
    return run(argv, { cwd: this.folder, env: { ...this.env, ...env } });
  }

  /** Runs one of its scripts: a name, and arguments after it. */
  public script(line: string, env: Record<string, string> = {}): Promise<RunResult> {
    const [name, ...args] = line.split(' ');
    return this.run(['bash', `scripts/${name}.sh`, ...args], env);
  }

  /** Runs a command of the program that has no script. */
  public program(...words: readonly string[]): Promise<RunResult> {
    return this.run(['python', 'scripts/wheel_pipeline', ...words]);
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Lays the package down, with the build tools on the PATH of what runs in it. */
export async function smallPackage(): Promise<SmallPackage> {
  const bin = await pythonTools('build-tools', buildRequirements(resolvePlan(DECLARATION)));
  return new SmallPackage({
    PATH: `${bin}:${process.env.PATH}`,
    AUDITWHEEL_PLAT: `${await baseGlibc()}_x86_64`,
  });
}
