/** Cross-builds the package beside this file with the synthesized program, which takes this machine for Windows. */
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Project } from 'projen';
import { Platform, WheelPipeline } from '../../../src';
import type { PipelineOptions } from '../../../src/declaration/pipeline';
import { pythonTools } from '../support/machine';
import { cached, check, run, RunResult } from '../support/process';

const TOOLS = [
  ...['cattrs==26.2.1', 'filelock==4.2.12', 'packaging==26.3', 'rich==15.0.0'],
  ...['cmake==3.31.6', 'delvewheel==1.13.2', 'ninja==1.13.0', 'pefile==2024.8.26', 'scikit-build-core==1.0.3'],
  ...['wheel==0.46.3', 'ziglang==0.16.0'],
];

const DRIVER = join(__dirname, 'as_windows.py');

/** A pipeline of the package alone. */
export function declare(excluded: string[]): PipelineOptions {
  return {
    repository: 'owner/windows-demo',
    source: { folder: 'package' },
    platforms: [Platform.WINDOWS_AMD64],
    wheels: [
      {
        distribution: 'windows-demo',
        excludes: { windows: excluded },
        systemLibraries: { windows: excluded },
        checks: [{ name: 'metadata', python: ['from importlib.metadata import version', 'version("windows-demo")'] }],
      },
    ],
  };
}

/** How the program is run. */
export interface Run {
  /** What the package's build gives; without it, the package is built. */
  readonly wheel?: string;
  /** Folders of libraries on the PATH, which is where delvewheel looks for them. */
  readonly libraries?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default: with Vulkan's loader, which comes with the graphics driver, excluded. */
  readonly declaration?: PipelineOptions;
}

/** The package as it is cross-built, and the tools for it. */
export class WindowsPackage {
  /** Cross-builds it, or takes it from the cache. */
  public static async build(): Promise<WindowsPackage> {
    const bin = await pythonTools('windows-wheel', TOOLS);
    const folders = [__dirname, join(__dirname, '../../../src/runtime')];
    const sources = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.pyc'))
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
        .sort(),
    );
    const folder = await cached('windows-wheel', [bin, ...sources].join('\n'), (made) =>
      new WindowsPackage(bin, made).crossBuild(),
    );
    return new WindowsPackage(bin, folder);
  }

  /** Libraries that the wheel needs and lacks. */
  public readonly outside: string;
  /** What Windows and its drivers bring. */
  public readonly system: string;

  private constructor(
    public readonly bin: string,
    public readonly folder: string,
  ) {
    this.outside = join(folder, 'outside');
    this.system = join(folder, 'system');
  }

  /** The cross-built wheel with a platform tag: win_amd64, or a wrong one (win32, linux_x86_64). */
  public wheel(tag = 'win_amd64'): string {
    return join(this.folder, 'wheels', `windows_demo-0.0.0-py3-none-${tag}.whl`);
  }

  /** Runs one of the tools; it must succeed. */
  public async tool(...[name, ...args]: string[]): Promise<string> {
    return (await check([join(this.bin, name), ...args], { env: { PYTHONDONTWRITEBYTECODE: '1' } })).stdout;
  }

  /** A wheel whose tree was changed. */
  public async changed(wheel: string, work: string, change: (tree: string) => void): Promise<string> {
    await this.tool('wheel', 'unpack', `--dest=${work}`, wheel);
    const tree = join(work, basename(wheel).split('-', 2).join('-'));
    change(tree);
    await this.tool('wheel', 'pack', `--dest-dir=${work}`, tree);
    return join(work, basename(wheel));
  }

  /** Unpacks a wheel and lists its files. */
  public async unpack(wheel: string, into: string): Promise<string[]> {
    await this.tool('python', '-m', 'zipfile', '-e', wheel, into);
    return readdirSync(into, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(into.length + 1))
      .sort();
  }

  /** Runs the program's build in a folder: the wheels are delivered to the `dist` in it. */
  public async run(work: string, options: Run = {}): Promise<RunResult> {
    const { wheel, libraries = [], env, declaration = declare(['vulkan-1.dll']) } = options;
    const [root, build, output] = ['checkout', 'build', 'dist'].map((name) => join(work, name));
    checkout(root, declaration);
    return this.asWindows([root, 'build'], {
      BUILD_DIR: build,
      OUTPUT_DIR: output,
      WHEEL_VERSION: '1.2.3',
      PATH: [this.bin, ...libraries, '/usr/bin', '/bin'].join(':'),
      ...(wheel && { E2E_WHEEL: wheel }),
      ...env,
    });
  }

  /** Runs it to its end and returns the folder of the wheels. */
  public async delivered(work: string, options: Run = {}): Promise<string> {
    const { status, stdout, stderr } = await this.run(work, options);
    if (status !== 0) throw new Error(`The build in ${work} failed:\n${(stdout + stderr).slice(-4000)}`);
    return join(work, 'dist');
  }

  /** Runs the driver. */
  public asWindows(words: readonly string[], env: Readonly<Record<string, string>>): Promise<RunResult> {
    // Never the variables of a runner that this suite is run on.
    const none = { GITHUB_ACTIONS: undefined, GITHUB_OUTPUT: undefined, GITHUB_STEP_SUMMARY: undefined };
    return run([join(this.bin, 'python'), DRIVER, ...words], {
      env: { ...none, PYTHONDONTWRITEBYTECODE: '1', ...env },
    });
  }

  private async crossBuild(): Promise<void> {
    const cmake = join(this.folder, 'build/cmake/windows-demo');
    await this.delivered(this.folder, {
      // Where the build leaves them.
      libraries: [join(cmake, 'outside')],
      env: { CMAKE_TOOLCHAIN_FILE: join(__dirname, 'zig.cmake'), ZIG_GLOBAL_CACHE_DIR: join(this.folder, 'zig') },
    });
    cpSync(join(this.folder, 'build/raw/windows-demo'), dirname(this.wheel()), { recursive: true });
    for (const path of [this.outside, this.system]) cpSync(join(cmake, basename(path)), path, { recursive: true });
    for (const tag of ['linux_x86_64', 'win32']) {
      await this.tool('wheel', 'tags', `--platform-tag=${tag}`, this.wheel());
    }
  }
}

/** A checkout of a project with the pipeline, as it is synthesized, and the package. */
function checkout(root: string, declaration: PipelineOptions): void {
  mkdirSync(root, { recursive: true });
  process.env.PROJEN_DISABLE_POST = '1';
  const project = new Project({ name: 'windows-demo', outdir: root });
  new WheelPipeline(project, declaration);
  project.synth();
  cpSync(__dirname, join(root, 'package'), { recursive: true });
}
