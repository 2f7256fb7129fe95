/** Cross-builds the package beside this file, and does to its wheel what the synthesized build.ps1 does. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PipelineSpec, resolvePipeline } from '../../../src/declaration/pipeline';
import { Platform } from '../../../src/declaration/platform';
import { buildScript } from '../../../src/scripts/build';
import { plan } from '../../../src/scripts/plan';
import { pythonModules } from '../../../src/scripts/python';
import { Evaluator } from '../support/evaluate';
import { pythonTools } from '../support/machine';
import { cached, check } from '../support/process';
import { REPOSITORY } from '../support/repository';

const TOOLS = [
  'cmake==3.31.6',
  'delvewheel==1.13.2',
  'ninja==1.13.0',
  'packaging==26.0',
  'pefile==2024.8.26',
  'scikit-build-core==1.0.3',
  'wheel==0.46.3',
  'ziglang==0.16.0',
];

const PLATFORM = Platform.WINDOWS_AMD64;
const BUILD = 'Build the wheel of';

/** A pipeline of the package alone. */
export function declare(excluded: string[]): PipelineSpec {
  return resolvePipeline({
    repository: 'owner/windows-demo',
    source: { folder: 'package' },
    platforms: [PLATFORM],
    wheels: [
      {
        distribution: 'windows-demo',
        excludes: { windows: excluded },
        systemLibraries: { windows: excluded },
        checks: [{ name: 'metadata', python: ['from importlib.metadata import version', 'version("windows-demo")'] }],
      },
    ],
  });
}

/** Vulkan's loader comes with the graphics driver. */
const SPEC = declare(['vulkan-1.dll']);

/** How the steps are run. */
export interface Run {
  /** What the package's build gives, as it can't be run as on Windows; without it, the steps end with the build. */
  readonly wheel?: string;
  /** Folders of libraries on the PATH, which is where delvewheel looks for them. */
  readonly libraries?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The declaration that the script is made from, where it is not the one that the plan is made from. */
  readonly script?: PipelineSpec;
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
    const key = [bin, ...sources, JSON.stringify(buildScript(SPEC).stepsOn('windows'))].join('\n');
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
    const tree = join(work, 'windows_demo-0.0.0');
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

  /** Runs build's steps for Windows in a folder, and returns the folder that the wheels are delivered to. */
  public async run(work: string, { wheel, libraries = [], env, script: declared = SPEC }: Run): Promise<string> {
    const script = buildScript(declared);
    const [root, build, output] = ['checkout', 'build', 'dist'].map((name) => join(work, name));
    checkout(root);
    const evaluator = new Evaluator(
      script,
      'windows',
      { ROOT: root, PLATFORM, BUILD_DIR: build, OUTPUT_DIR: output, WHEEL_VERSION: '1.2.3' },
      { PATH: [this.bin, ...libraries, '/usr/bin', '/bin'].join(':'), ...env },
    );
    for (const step of script.stepsOn('windows')) {
      // The compiler is another one here.
      if (step.title === 'Enter the compiler environment') continue;
      if (wheel && step.title.startsWith(BUILD)) {
        cpSync(wheel, join(build, 'raw/windows-demo', basename(wheel)));
        continue;
      }
      await evaluator.step(step);
      if (step.title.startsWith(BUILD)) break;
    }
    return output;
  }

  private async crossBuild(): Promise<void> {
    await this.run(this.folder, {
      env: { CMAKE_TOOLCHAIN_FILE: join(__dirname, 'zig.cmake'), ZIG_GLOBAL_CACHE_DIR: join(this.folder, 'zig') },
    });
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

/** A checkout with what is synthesized, as far as the steps need it. */
function checkout(root: string): void {
  mkdirSync(join(root, 'scripts'), { recursive: true });
  for (const module of pythonModules(SPEC)) {
    cpSync(join(REPOSITORY, 'src/scripts', module), join(root, 'scripts', module));
  }
  writeFileSync(join(root, 'scripts/plan.json'), JSON.stringify(plan(SPEC)));
  cpSync(__dirname, join(root, 'package'), { recursive: true });
}
