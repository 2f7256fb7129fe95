/** Two small native packages with their pipeline, in folders of a Windows machine, built there as synthesized. */
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Project } from 'projen';
import { CheckFiles, writeChecks } from './check-file';
import { REPOSITORY } from './repository';
import { WindowsMachine, WindowsProgram, WindowsResult } from './windows-machine';
import { windowsMachine, WHEELS } from './windows-root';
import { CONDA_BIN, Installer, installStudio } from './windows-studio';
import { Platform, WheelPipeline } from '../../../src';
import type { WheelPipelineOptions } from '../../../src/declaration/pipeline';

/** How long a build may take, and a test; under Wine every start of Python takes a second. */
const LIMIT = 280_000;

/** What a checkout is called where its name is of no matter. */
export const DECLARATION: WheelPipelineOptions = {
  repository: 'owner/windows-demo',
  source: { folder: 'package' },
  platforms: [Platform.WINDOWS_AMD64],
  toolchain: { vulkan: true },
  wheels: [
    {
      distribution: 'base-demo',
      projectDir: 'base',
      aliases: [{ alias: 'base_demo/base_demo.dll', target: 'base_demo/base_demo_module.dll' }],
      checks: [
        { name: 'is imported', imports: ['base_demo'] },
        { name: 'has its code once under two names', python: ['checks/two_names.py'] },
      ],
    },
    {
      distribution: 'native-demo',
      projectDir: 'demo',
      requires: { pin: ['base-demo'] },
      excludes: { windows: ['base_demo.dll', 'vulkan-1.dll'] },
      systemLibraries: { windows: ['vulkan-1.dll'] },
      // Its checks need one package of an index, which is a folder here.
      testRequirements: ['iniconfig==2.3.1'],
      checks: [
        { name: 'is imported', imports: ['native_demo', 'iniconfig'] },
        { name: 'computes', python: ['checks/calls.py', 'demo_value', '42'] },
        { name: 'reaches Vulkan', python: ['checks/calls.py', 'demo_vulkan', '1', '22'] },
        { name: 'says what it is', command: ['-c', 'import native_demo as n; print(n.library.demo_built().decode())'] },
      ],
    },
  ],
};

const CHECKS: CheckFiles = {
  'checks/two_names.py': [
    'import ctypes, pathlib',
    'import base_demo',
    'loaded = ctypes.windll.kernel32.GetModuleHandleW',
    '# Before anything is looked up in it.',
    'assert loaded("base_demo_module.dll"), "the library whose code it is has not been loaded with it"',
    'module = ctypes.CDLL(str(pathlib.Path(base_demo.__file__).with_name("base_demo_module.dll")))',
    'assert [base_demo.library.base_count(), module.base_count(), base_demo.library.base_count()] == [1, 2, 3]',
    'data = [ctypes.c_int.in_dll(each, "base_data") for each in (base_demo.library, module)]',
    'assert data[0].value == 2 and ctypes.addressof(data[0]) == ctypes.addressof(data[1])',
  ],
  'checks/calls.py': [
    'import sys',
    'from _library import library',
    'function, value, *shift = sys.argv[1:]',
    'assert getattr(library, function)() >> int(*shift) == int(value)',
  ],
  'checks/_library.py': ['from native_demo import library as library'],
};

/** A machine with all that a build needs. */
export class BuildMachine {
  public static async start(): Promise<BuildMachine> {
    const machine = await windowsMachine();
    try {
      const installer = await installStudio(machine);
      const index = join(machine.folder, 'index/iniconfig');
      mkdirSync(index, { recursive: true });
      const file = readdirSync(machine.hostPath(WHEELS)).find((name) => name.startsWith('iniconfig-'))!;
      cpSync(join(machine.hostPath(WHEELS), file), join(index, file));
      writeFileSync(join(index, 'index.html'), `<a href="${file}">${file}</a>`);
      return new BuildMachine(machine, installer);
    } catch (error) {
      await machine.stop();
      throw error;
    }
  }

  private constructor(
    public readonly machine: WindowsMachine,
    public readonly installer: Installer,
  ) {}

  /** A checkout of the packages with what is synthesized for them, in a folder of that name. */
  public checkout(name: string, declaration: WheelPipelineOptions = DECLARATION, checks: CheckFiles = {}): Checkout {
    const folder = join(this.machine.folder, name);
    mkdirSync(folder, { recursive: true });
    cpSync(join(REPOSITORY, 'test/e2e/windows-build'), join(folder, 'package'), { recursive: true });
    writeChecks(folder, { ...CHECKS, ...checks });
    const project = new Project({ name: 'windows-demo', outdir: folder });
    new WheelPipeline(project, declaration);
    project.synth();
    const checkout = new Checkout(this.machine, folder);
    // The only thing that is not as synthesized: LunarG's server is out of reach.
    checkout.pinSdk(this.installer);
    return checkout;
  }
}

/** A checkout on a Windows machine. */
export class Checkout {
  /** Where the wheels are delivered. */
  public readonly dist: string;

  constructor(
    public readonly machine: WindowsMachine,
    public readonly folder: string,
  ) {
    this.dist = join(folder, 'dist/windows-amd64');
  }

  /** Runs a command of the program, as build.ps1 and test.ps1 do. */
  public run(command: string, options: string[] = [], env: Record<string, string> = {}): Promise<WindowsResult> {
    return this.launch(command, options, env).done;
  }

  /** Runs one that must succeed. */
  public async check(
    command: string,
    options: string[] = [],
    env: Record<string, string> = {},
  ): Promise<WindowsResult> {
    const result = await this.run(command, options, env);
    if (result.status !== 0) throw new Error(`${command}: ${result.status}\n${result.stdout}\n${result.stderr}`);
    return result;
  }

  public launch(command: string, options: string[] = [], env: Record<string, string> = {}): WindowsProgram {
    const program = `${this.path()}\\scripts\\wheel_pipeline.pyz`;
    return this.machine.launch(['python.exe', '-E', program, command, '--plain', ...options], {
      cwd: this.path(),
      env: { PATH: CONDA_BIN, PIP_INDEX_URL: 'file:///D:/a/index', JOBS: '2', ...env },
      timeout: LIMIT,
    });
  }

  /** The Windows path of one of its files. */
  public path(file = ''): string {
    return this.machine.path(join(this.folder, file));
  }

  public read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  /** Changes one of its files. */
  public edit(file: string, change: (text: string) => string): void {
    const path = join(this.folder, file);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    if (text) chmodSync(path, 0o644);
    writeFileSync(path, change(text));
  }

  /** Where the SDK is downloaded, and what its hash must be. */
  public pinSdk({ url, sha256 }: Installer): void {
    this.edit('scripts/plan.json', (text) => {
      const plan = JSON.parse(text);
      for (const build of plan.builds) Object.assign(build.vulkanSdk, { url, sha256 });
      return JSON.stringify(plan, undefined, 2);
    });
  }

  /** The checksums of the delivered wheels. */
  public sums(): string {
    return readFileSync(join(this.dist, 'SHA256SUMS'), 'utf8');
  }
}
