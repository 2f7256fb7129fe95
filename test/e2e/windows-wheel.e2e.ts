/**
 * A Windows wheel, from Linux: a small native package is cross-built, then the synthesized program, which takes this
 * machine for Windows, does with its wheel what it does there. MSVC and loading the library are Windows' own.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { check } from './support/process';
import { REPOSITORY } from './support/repository';
import { Build, declare, outputFolder, WindowsPackage } from './windows-package/build';

const NAME = 'windows_demo-1.2.3-py3-none-win_amd64.whl';
const HASH = '[0-9a-f]{32}';

let built: WindowsPackage;
let folder: string;

beforeAll(async () => {
  built = await WindowsPackage.build();
  folder = mkdtempSync(join(tmpdir(), 'windows-wheel-e2e-'));
});

afterAll(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const fresh = (name: string): string => join(folder, name);

const needs = async (library: string): Promise<string[]> =>
  (await built.tool('delvewheel', 'needed', library)).trim().split('\n');

describe('a Windows wheel', () => {
  let output: string;
  let files: string[];
  const tree = (): string => fresh('tree');

  beforeAll(async () => {
    // vulkan-1.dll is nowhere: it is excluded, so it need not be there.
    output = await built.deliver(fresh('first'), { wheel: built.wheel(), libraries: [built.outside] });
    files = await built.unpack(join(output, NAME), tree());
  });

  test('is delivered with its checksums and its record', async () => {
    expect(readdirSync(output).sort()).toEqual(['SHA256SUMS', 'build-record.json', NAME]);
    await check(['sha256sum', '--check', '--strict', 'SHA256SUMS'], { cwd: output });
    const verify = ['release', 'verify', dirname(output), '--version=1.2.3'];
    expect(await built.asWindows(fresh('first'), verify)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('sums-digest='),
    });
    const record = JSON.parse(readFileSync(join(output, 'build-record.json'), 'utf8'));
    expect(record).toMatchObject({
      platform: 'windows-amd64',
      source: { kind: 'folder', path: 'package' },
      version: '1.2.3',
      amendments: [
        { distribution: 'windows-demo', to: NAME },
        { distribution: 'windows-demo', connected: ['windows_demo/__init__.py'] },
      ],
      tools: { cmake: '3.31.6', delvewheel: '1.13.2', ninja: '1.13.0' },
      wheels: [{ distribution: 'windows-demo', version: '1.2.3', file: NAME, tags: ['py3-none-win_amd64'] }],
    });
    expect(record.measured.durations.map(({ title }: { title: string }) => title)).toContain(
      'Repair the wheel of windows-demo',
    );
  });

  test('brings the libraries that users lack, under names that no other wheel has', async () => {
    const bundled = files.filter((file) => /\.dll$/.test(file));
    expect(bundled).toEqual([
      expect.stringMatching(`^windows_demo\\.libs/base-${HASH}\\.dll$`),
      expect.stringMatching(`^windows_demo\\.libs/helper-${HASH}\\.dll$`),
      'windows_demo/demo.dll',
    ]);
    const [base, helper, demo] = bundled;
    expect(await needs(join(tree(), demo))).toEqual([basename(helper), 'kernel32.dll', 'vulkan-1.dll']);
    expect(await needs(join(tree(), helper))).toEqual([basename(base), 'kernel32.dll']);
  });

  test('finds them as soon as it is imported', () => {
    const code = readFileSync(join(tree(), 'windows_demo/__init__.py'), 'utf8');
    expect(code.indexOf('os.add_dll_directory(libs_dir)')).toBeGreaterThan(0);
    expect(code.indexOf('os.add_dll_directory(libs_dir)')).toBeLessThan(code.indexOf('ctypes.CDLL('));
    expect(code).toContain("'windows_demo.libs'");
    // What the driver brings is looked for before the library that needs it is loaded.
    expect(code.indexOf('find_library(')).toBeGreaterThan(0);
    expect(code.indexOf('find_library(')).toBeLessThan(code.indexOf('with_name('));
  });

  test('says nothing of the folders that it was built in', () => {
    const places = [built.folder, folder, REPOSITORY, built.bin];
    const found = files.flatMap((file) => {
      const content = readFileSync(join(tree(), file), 'latin1');
      return places.filter((place) => content.includes(place)).map((place) => `${file}: ${place}`);
    });
    expect(found).toEqual([]);
  });

  test('is the same, to the byte, from other folders, whatever order Python keeps its sets in', async () => {
    const again = ['1', '2', '3'].map(async (seed) => {
      const libraries = fresh(`elsewhere-${seed}/libraries`);
      cpSync(built.outside, libraries, { recursive: true });
      const delivered = await built.deliver(fresh(`elsewhere-${seed}/a-longer-path`), {
        wheel: built.wheel(),
        libraries: [libraries],
        env: { PYTHONHASHSEED: seed },
      });
      return readFileSync(join(delivered, 'SHA256SUMS'), 'utf8');
    });
    const sums = new Set(await Promise.all(again));
    expect([...sums]).toEqual([readFileSync(join(output, 'SHA256SUMS'), 'utf8')]);
  });

  test('keeps a library that lies beside the one that needs it', async () => {
    // helper.dll is in the wheel now; base.dll, which it needs in turn, is still outside.
    const [work, libraries] = [fresh('beside'), fresh('base-only')];
    cpSync(join(built.outside, 'base.dll'), join(libraries, 'base.dll'));
    const wheel = await built.changed(built.wheel(), work, (contents) =>
      cpSync(join(built.outside, 'helper.dll'), join(contents, 'windows_demo/helper.dll')),
    );
    const delivered = await built.deliver(work, { wheel, libraries: [libraries] });
    const found = await built.unpack(join(delivered, NAME), join(work, 'tree'));
    expect(found.filter((file) => /\.dll$/.test(file))).toEqual([
      // Its name stays: delvewheel renames no library that only such a library needs.
      'windows_demo.libs/base.dll',
      'windows_demo/demo.dll',
      'windows_demo/helper.dll',
    ]);
    expect(await needs(join(work, 'tree/windows_demo/demo.dll'))).toContain('helper.dll');
  });

  describe('in the test gate', () => {
    /** Tests a wheel as if this were Windows: where Python says it is Linux, nothing else can be installed. */
    async function gate(name: string, wheel: string): Promise<string> {
      const [python, report] = [join(fresh(name), 'venv/bin/python'), join(fresh(name), 'report.json')];
      await built.tool('python', '-m', 'venv', '--without-pip', dirname(dirname(python)));
      const { stdout: site } = await check([python, '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))']);
      await built.unpack(wheel, site.trim());
      const argv = ['gate', python, dirname(wheel), report];
      const { stdout, stderr } = await built.asWindows(fresh('first'), argv, { SYSTEMROOT: fresh('Windows') });
      return stdout + stderr;
    }

    beforeAll(() => {
      cpSync(join(built.system, 'kernel32.dll'), join(fresh('Windows'), 'System32/kernel32.dll'));
    });

    test('has all its libraries, but for the driver that a test machine may lack', async () => {
      const said = await gate('complete', join(output, NAME));
      expect(said).toContain('6 passed, 0 failed');
      expect(said).toContain('PASS shared libraries resolve');
      expect(said).toContain('note: windows_demo/demo.dll needs vulkan-1.dll, which is not here');
    });

    test('does not pass before it is repaired', async () => {
      const wheel = join(fresh('unrepaired'), 'dist', basename(built.wheel()));
      cpSync(built.wheel(), wheel);
      const said = await gate('unrepaired', wheel);
      expect(said).toContain('windows_demo/demo.dll needs helper.dll, which is not found');
      expect(said).not.toContain('kernel32.dll');
    });
  });
});

describe('no Windows wheel is delivered', () => {
  /** What a build that must fail says. */
  async function refused(name: string, options: Build): Promise<string> {
    const { status, stdout, stderr } = await built.build(fresh(name), options);
    expect([status, existsSync(outputFolder(fresh(name)))]).toEqual([1, false]);
    return stdout + stderr;
  }

  const failed = (step: string): RegExp => new RegExp(`^wheel_pipeline build: error: step \\d+, ${step}: `, 'm');

  test('where a library that it needs is missing: the library is named', async () => {
    const said = await refused('missing', { wheel: built.wheel() });
    expect(said).toMatch(failed('Repair the wheel of windows-demo'));
    expect(said).toContain('helper.dll');
  });

  test('where a library that another library needs is missing: the library is named', async () => {
    cpSync(join(built.outside, 'helper.dll'), join(fresh('helper-only'), 'helper.dll'));
    const said = await refused('missing-in-turn', {
      wheel: built.wheel(),
      libraries: [fresh('helper-only')],
    });
    expect(said).toMatch(failed('Repair the wheel of windows-demo'));
    expect(said).toContain('base.dll');
  });

  test("with the graphics driver's library in it", async () => {
    const wheel = await built.changed(built.wheel(), fresh('driver'), (contents) =>
      cpSync(join(built.system, 'vulkan-1.dll'), join(contents, 'windows_demo/vulkan-1.dll')),
    );
    const said = await refused('driver', { wheel, libraries: [built.outside] });
    expect(said).toMatch(failed('Inspect the wheels'));
    expect(said).toContain('bundles windows_demo/vulkan-1.dll, which is the excluded vulkan-1.dll');
  });

  test('with that library under the name that delvewheel gives it', async () => {
    // One that was repaired before the library was excluded.
    const libraries = [built.outside, built.system];
    const earlier = await built.deliver(fresh('earlier'), {
      wheel: built.wheel(),
      libraries,
      declaration: declare([]),
    });
    const wheel = await built.changed(join(earlier, NAME), fresh('repaired'), (contents) =>
      // Else delvewheel sees that it has been there.
      rmSync(join(contents, 'windows_demo-1.2.3.dist-info/DELVEWHEEL')),
    );
    const said = await refused('mangled', { wheel, libraries });
    expect(said).toMatch(failed('Inspect the wheels'));
    expect(said).toMatch(
      new RegExp(`bundles windows_demo\\.libs/vulkan-1-${HASH}\\.dll, which is the excluded vulkan-1\\.dll`),
    );
  });

  test("with the builder's tag, for Linux", async () => {
    const said = await refused('linux', { wheel: built.wheel('linux_x86_64'), libraries: [built.outside] });
    expect(said).toMatch(failed('Inspect the wheels'));
    expect(said).toContain('is not repaired (tag linux_x86_64)');
  });

  test('with the tag of another processor', async () => {
    const said = await refused('win32', { wheel: built.wheel('win32'), libraries: [built.outside] });
    expect(said).toMatch(failed('Repair the wheel of windows-demo'));
    expect(said).toContain('demo.dll has a CPU architecture that is not compatible with this wheel');
  });

  test('with the tag of another processor and no library that would tell', async () => {
    const wheel = await built.changed(built.wheel('win32'), fresh('pure'), (contents) =>
      rmSync(join(contents, 'windows_demo/demo.dll')),
    );
    const said = await refused('pure', { wheel });
    expect(said).toMatch(failed('Inspect the wheels'));
    expect(said).toContain('is for win32, not for win_amd64');
  });
});
