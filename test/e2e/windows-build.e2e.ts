/**
 * The runtime as it is synthesized builds and tests two native wheels on Windows, under Wine. Not Windows' own: the
 * compiler (Clang posing as cl.exe), Visual Studio's own programs and LunarG's installer; see windows-studio.ts.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './support/process';
import { BuildMachine, Checkout, DECLARATION } from './support/windows-build';
import { WindowsProgram } from './support/windows-machine';
import { LUNARG } from './support/windows-studio';
import { HookStep, HookTiming } from '../../src/declaration/hook';
import { VULKAN_SDK } from '../../src/declaration/pins';
import type { WheelPipelineOptions } from '../../src/declaration/pipeline';

const VERSION = { WHEEL_VERSION: '1.2.3' };
const BASE = 'base_demo-1.2.3-py3-none-win_amd64.whl';
const NATIVE = 'native_demo-1.2.3-py3-none-win_amd64.whl';

let machine: BuildMachine;
let checkout: Checkout;
let said: string;

beforeAll(async () => {
  machine = await BuildMachine.start();
  checkout = machine.checkout('with blanks und größe 世界');
  said = (await checkout.check('build', ['--verbose'], VERSION)).stdout;
});

afterAll(() => machine?.machine.stop());

/** The files of a wheel, by their names. */
async function contents(wheel: string): Promise<Map<string, Buffer>> {
  const target = join(machine.machine.folder, 'unpacked', wheel);
  await check(['python3', '-m', 'zipfile', '-e', join(checkout.dist, wheel), target]);
  const files = readdirSync(target, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(target.length + 1), readFileSync(path)];
    }),
  );
}

/** Waits until a program has said something. */
async function hasSaid(program: WindowsProgram, text: string): Promise<void> {
  while (!program.stdout().includes(text)) await new Promise((done) => setTimeout(done, 100));
}

describe('a build', () => {
  test("is done in Visual Studio's environment, whatever its programs say", () => {
    expect(said).toContain(
      'entering the developer environment of C:\\Program Files\\Microsoft Visual Studio\\2022\\Größe 1 & 2',
    );
    expect(said).toMatch(/cl\.exe is C:\\Program Files\\.*\\VC\\Tools\\MSVC\\14\.44\\bin\\Hostx64\\x64\\cl\.exe/);
    expect(said).toContain('Clang 20.1.7 with MSVC-like command-line');
  });

  test("links LunarG's library and asks for the cargo of the PATH, though CMake would find others first", () => {
    const linked = said.split('\n').find((line) => line.includes('linking '));
    expect(linked).toContain(`/build/vulkan-sdk/${VULKAN_SDK.version}/Lib/vulkan-1.lib`);
    expect(said).toContain('cargo is D:/a/conda/Library/bin/cargo.exe');
  });

  test('delivers its wheels with their checksums and their record', async () => {
    expect(readdirSync(checkout.dist).sort()).toEqual(['SHA256SUMS', BASE, 'build-record.json', NATIVE].sort());
    await check(['sha256sum', '--check', '--strict', 'SHA256SUMS'], { cwd: checkout.dist });
    const record = JSON.parse(checkout.read('dist/windows-amd64/build-record.json'));
    expect(record).toMatchObject({ platform: 'windows-amd64', version: '1.2.3' });
    expect(record.tools).toMatchObject({ cmake: '3.31.6', delvewheel: '1.12.0', python: '3.13.0' });
  });

  test("bundles what is outside, and neither the other wheel's library, nor the driver's, nor Python's", async () => {
    const files = [...(await contents(NATIVE)).keys()].filter((name) => /\.(dll|lib|pdb)$/.test(name));
    expect(files.sort()).toEqual([
      expect.stringMatching(/^native_demo\.libs\/outside-[0-9a-f]{32}\.dll$/),
      'native_demo/native_demo.dll',
    ]);
  });

  test('ships the code of two libraries once', async () => {
    const files = await contents(BASE);
    const names = ['base_demo/base_demo.dll', 'base_demo/base_demo_module.dll'];
    expect(files.get(names[0]!)!.toString('latin1')).toContain('base_demo_module.base_value');
    const record = JSON.parse(checkout.read('dist/windows-amd64/build-record.json'));
    expect(record.amendments).toContainEqual(
      expect.objectContaining({ distribution: 'base-demo', aliases: [{ alias: names[0], target: names[1] }] }),
    );
    // By the file's name only, which is all that the repair and the inspection let through.
    expect(files.get(names[1]!)!.toString('latin1')).toMatch(/\0base_demo_module\.pdb\0/);
  });

  test('writes neither a path of the machine nor a time into a library', async () => {
    const library = (await contents(NATIVE)).get('native_demo/native_demo.dll')!.toString('latin1');
    expect(library).toContain('with blanks.c 1 1\0');
    // The hash in a bundled library's name can have such digits by chance.
    expect(library.replace(/outside-[0-9a-f]{32}/g, '')).not.toMatch(/D:[\\/]a|20\d\d/);
  });

  test('compiles through the compiler cache, which gives nothing that other options were meant for', async () => {
    const cache = (hits: string) => new RegExp(`compiler cache +hits +misses\\r?\\n${hits} +\\d+ +\\d+`);
    expect(said).toMatch(cache('0%'));
    const again = ['--from-step=build:base-demo'];
    const elsewhere = { ...VERSION, OUTPUT_DIR: 'D:\\a\\elsewhere' };
    // Options that are in no command: cl.exe takes them from the environment.
    const other = await checkout.check('build', again, { ...elsewhere, CL: '/Od' });
    expect(other.stdout).toMatch(cache('0%'));
    const same = await checkout.check('build', again, elsewhere);
    // All but CMake's trials of the compiler, whose folder is another one each time.
    expect(same.stdout).toMatch(cache('[1-9]\\d*%'));
  });
});

describe('the gate', () => {
  test('passes what was built, in a fresh environment', async () => {
    const { stdout } = await checkout.check('test', [], VERSION);
    expect(stdout).toContain('16 passed, 0 failed');
    expect(stdout).toContain('PASS has its code once under two names');
    expect(stdout).toContain('PASS reaches Vulkan');
  });

  test('does not pass a missing library, a check that fails and one that hangs', async () => {
    const files = {
      'checks/fails.py': ['assert 1 == 2'],
      'checks/hangs.py': ['import time', 'print("before", flush=True)', 'time.sleep(100)'],
    };
    const declaration: WheelPipelineOptions = {
      ...DECLARATION,
      wheels: DECLARATION.wheels.map((wheel) =>
        wheel.distribution === 'base-demo'
          ? {
              ...wheel,
              checks: [
                { name: 'fails', python: ['checks/fails.py'] },
                { name: 'hangs', timeout: 3, python: ['checks/hangs.py'] },
              ],
            }
          : wheel,
      ),
      hooks: [
        {
          name: 'lose a library',
          step: HookStep.CHECKS,
          when: HookTiming.BEFORE,
          command: ['cmd.exe', '/c', 'del', '/s', '/q', 'build\\test-environment\\outside-*.dll'],
        },
      ],
    };
    const broken = machine.checkout('broken', declaration, files);
    await check(['cp', '-r', join(checkout.folder, 'dist'), broken.folder]);
    const { status, stdout } = await broken.run('test', ['--keep-going'], VERSION);
    expect(status).toBe(1);
    expect(stdout).toContain('FAIL fails: ended with exit status 1');
    expect(stdout).toContain('FAIL hangs: timed out after 3.0 s');
    expect(stdout).toMatch(/FAIL installed files: native_demo\.libs\/outside-\w+\.dll is missing/);
    expect(stdout).toMatch(
      /FAIL shared libraries resolve: .*native_demo\.dll needs outside-\w+\.dll, which is not found/,
    );
    expect(stdout).toMatch(/FAIL is imported: native_demo: FileNotFoundError: Could not find module/);
    expect(await running('time.sleep')).toBe(0);
  });

  test('does not pass another version than the one that is asked for', async () => {
    const { status, stderr } = await checkout.run('test', [], { WHEEL_VERSION: '9.9' });
    expect(status).toBe(1);
    expect(stderr).toContain('has version 1.2.3, not 9.9');
  });
});

/** How many processes of the machine have a text in their command line. */
async function running(text: string): Promise<number> {
  const [first, ...rest] = text;
  const { stdout } = await machine.machine.shell(`grep -lz '[${first}]${rest.join('')}' /proc/[0-9]*/cmdline | wc -l`);
  return Number(stdout);
}

describe('a folder of 200 characters', () => {
  let long: Checkout;

  beforeAll(() => {
    long = machine.checkout('x'.repeat(200));
  });

  test('is none to compile in, which is told before any work', async () => {
    const { status, stderr } = await long.run('build');
    expect([status, stderr]).toEqual([2, expect.stringMatching(/BUILD_DIR .* has 211 characters.*set BUILD_DIR/)]);
  });

  test('gives the same wheels, to the byte, as the one with blanks, once it is built elsewhere', async () => {
    await long.check('build', [], { ...VERSION, BUILD_DIR: 'D:\\a\\b' });
    expect(long.sums()).toBe(checkout.sums());
  });
});

describe('nothing is delivered, and what was delivered stays,', () => {
  let before: string;

  beforeAll(() => {
    before = checkout.sums();
  });

  afterEach(() => {
    expect(checkout.sums()).toBe(before);
    expect(readdirSync(join(checkout.folder, 'dist')).filter((name) => /part|new|old/.test(name))).toEqual([]);
  });

  test('where a library that a wheel needs is not there', async () => {
    const { status, stderr, stdout } = await checkout.run('build', ['--from-step=repair:native-demo'], {
      ...VERSION,
      PATH: 'D:\\a\\nowhere',
    });
    expect([status, stderr + stdout]).toEqual([
      1,
      expect.stringMatching(/Repair the wheel of native-demo[^]*outside\.dll/),
    ]);
  });

  test('after Ctrl-C while it compiles: what it had started has ended', async () => {
    checkout.edit('package/base/CMakeLists.txt', (text) => `${text}execute_process(COMMAND ping -n 100 127.0.0.1)\n`);
    const program = checkout.launch('build', ['--verbose'], VERSION);
    await hasSaid(program, 'Configuring CMake');
    await hasSaid(program, 'Detecting C compile features - done');
    program.interrupt();
    const start = Date.now();
    const { status, stderr } = await program.done;
    expect([status, stderr]).toEqual([130, expect.stringContaining('stopped by SIGINT')]);
    expect(Date.now() - start).toBeLessThan(15_000);
    for (const name of ['cmake', 'ping', 'pip', 'ninja', 'wheel_pipeline']) {
      expect([name, await running(name)]).toEqual([name, 0]);
    }
  });
});

describe('the Vulkan SDK', () => {
  const sdk = (from: Checkout) => join(from.folder, 'build/vulkan-sdk', VULKAN_SDK.version);

  test('is not installed from another file than the pinned one', async () => {
    const other = machine.checkout('other sdk');
    other.pinSdk({ ...machine.installer, sha256: '0'.repeat(64) });
    const { status, stderr } = await other.run('build');
    expect([status, stderr]).toEqual([1, expect.stringContaining(`not the pinned ${'0'.repeat(64)}: it is not run`)]);
    expect(existsSync(sdk(other))).toBe(false);
  });

  test('leaves nothing where its installation breaks off', async () => {
    const other = machine.checkout('broken sdk');
    await check(['touch', join(machine.machine.hostPath(LUNARG), 'broken')]);
    const { status, stdout } = await other.run('build');
    await check(['rm', join(machine.machine.hostPath(LUNARG), 'broken')]);
    expect([status, stdout]).toEqual([1, expect.stringContaining('the disk is full')]);
    expect(existsSync(sdk(other))).toBe(false);
  });
});
