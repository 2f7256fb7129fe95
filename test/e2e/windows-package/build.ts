/** Cross-builds the package beside this file, and lets the synthesized program do to its wheel what it does on Windows. */
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Project } from 'projen';
import { WheelPipelineOptions, Platform, WheelPipeline } from '../../../src';
import { resolvePlan } from '../../../src/plan/resolve';
import { pythonTools } from '../support/machine';
import { cached, check, run, RunResult } from '../support/process';

const TOOLS = [
  'cmake==3.31.6',
  'delvewheel==1.13.2',
  'ninja==1.13.0',
  'pefile==2024.8.26',
  'scikit-build-core==1.0.3',
  'wheel==0.46.3',
  'ziglang==0.16.0',
];

const PLATFORM = Platform.WINDOWS_AMD64;

/** A pipeline of the package alone. */
export function declare(excluded: string[]): WheelPipelineOptions {
  return {
    repository: 'owner/windows-demo',
    source: { folder: 'package' },
    platforms: [PLATFORM],
    wheels: [
      {
        distribution: 'windows-demo',
        excludes: { windows: excluded },
        systemLibraries: { windows: excluded },
        checks: [{ name: 'metadata', python: ['package/metadata.py'] }],
      },
    ],
  };
}

/** Vulkan's loader comes with the graphics driver. */
const DECLARATION = declare(['vulkan-1.dll']);

/** How the wheels are built. */
export interface Build {
  /** What the package's build gives, as it can't be run as on Windows; without it, the package is cross-built. */
  readonly wheel?: string;
  /** Folders of libraries on the PATH, which is where delvewheel looks for them. */
  readonly libraries?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly declaration?: WheelPipelineOptions;
}

/** The package as it is cross-built, and the tools for it. */
export class WindowsPackage {
  /** Cross-builds it, or takes it from the cache. */
  public static async build(): Promise<WindowsPackage> {
    const bin = await pythonTools('windows-wheel', TOOLS);
    const sources = readdirSync(__dirname, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .sort();
    const key = [bin, ...sources, JSON.stringify(resolvePlan(DECLARATION).builds)].join('\n');
    const folder = await cached('windows-wheel', key, (made) => new WindowsPackage(bin, made).crossBuild());
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
    const tree = join(work, basename(wheel).split('-').slice(0, 2).join('-'));
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

  /** Runs the program as on Windows, in a folder's checkout. */
  public asWindows(work: string, argv: readonly string[], env: Build['env'] = {}): Promise<RunResult> {
    const driver = [join(this.bin, 'python'), '-E', join(__dirname, 'as_windows.py'), scripts(work)];
    const outside = { GITHUB_ACTIONS: undefined, GITHUB_STEP_SUMMARY: undefined };
    return run([...driver, ...argv], { env: { ...outside, PATH: `${this.bin}:/usr/bin:/bin`, ...env } });
  }

  /** Builds in a folder, and returns the folder that the wheels are delivered to; fails with what was said. */
  public async deliver(work: string, options: Build): Promise<string> {
    const { status, stdout, stderr } = await this.build(work, options);
    if (status !== 0) throw new Error(stdout + stderr);
    return outputFolder(work);
  }

  /** Builds in a folder. */
  public build(work: string, { wheel, libraries = [], env, declaration }: Build): Promise<RunResult> {
    checkout(work, declaration ?? DECLARATION);
    const path = { PATH: [this.bin, ...libraries, '/usr/bin', '/bin'].join(':') };
    const argv = ['build', '--version=1.2.3', `--build-dir=${join(work, 'build')}`];
    return this.asWindows(work, argv, { ...path, ...(wheel ? { E2E_WHEEL: wheel } : {}), ...env });
  }

  private async crossBuild(): Promise<void> {
    // Its end is not that of Windows: no library is there for the repair.
    const { stdout, stderr } = await this.build(this.folder, {
      env: { CMAKE_TOOLCHAIN_FILE: join(__dirname, 'zig.cmake'), ZIG_GLOBAL_CACHE_DIR: join(this.folder, 'zig') },
    });
    if (!stderr.includes('Repair the wheel of windows-demo')) throw new Error(stdout + stderr);
    cpSync(join(this.folder, 'build/raw/windows-demo'), dirname(this.wheel()), { recursive: true });
    for (const path of [this.outside, this.system]) {
      cpSync(join(this.folder, 'build/cmake/windows-demo', basename(path)), path, { recursive: true });
    }
    // The interpreter that builds is Linux', and so is the tag that it gives.
    for (const tag of ['win_amd64', 'win32']) {
      await this.tool('wheel', 'tags', `--platform-tag=${tag}`, this.wheel('linux_x86_64'));
    }
  }
}

/** The synthesized scripts of a folder's checkout. */
export function scripts(work: string): string {
  return join(work, 'checkout/scripts');
}

/** Where the wheels of a folder's checkout are delivered to. */
export function outputFolder(work: string): string {
  return join(work, 'checkout/dist', PLATFORM);
}

/** A checkout with what is synthesized, and the package. */
function checkout(work: string, declaration: WheelPipelineOptions): void {
  const root = join(work, 'checkout');
  mkdirSync(root, { recursive: true });
  cpSync(__dirname, join(root, 'package'), { recursive: true });
  const project = new Project({ name: 'windows-demo', outdir: root });
  new WheelPipeline(project, declaration);
  process.env.PROJEN_DISABLE_POST = '1';
  project.synth();
}
