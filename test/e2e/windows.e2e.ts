/** Windows' own programs, under Wine: what every other suite of Windows stands on, each part tried by itself. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WindowsMachine } from './support/windows-machine';
import { DATA } from './support/windows-parts';
import { windowsMachine, WHEELS } from './support/windows-root';

let machine: WindowsMachine;

beforeAll(async () => {
  machine = await windowsMachine();
});

afterAll(() => machine?.stop());

/** Puts a file into the machine's folder and returns its Windows path. */
const file = (name: string, text: string): string => {
  const path = join(machine.folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return machine.path(path);
};

const data = (name: string): string => {
  copyFileSync(join(DATA, name), join(machine.folder, name));
  return machine.path(name);
};

const python = async (code: string, ...args: string[]): Promise<string> =>
  (await machine.check(['python.exe', '-X', 'utf8', '-c', code, ...args])).stdout.trim().replace(/\r/g, '');

describe('a program', () => {
  test('of Python says which system it is on', async () => {
    const code = 'import os, platform, sys; print(sys.platform, os.name, platform.machine(), sys.version.split()[0])';
    expect(await python(code)).toBe('win32 nt AMD64 3.13.0');
  });

  test('gets its arguments, its folder, its variables and its input as they are', async () => {
    const odd = ['', 'two words', 'a"b', '%PATH%', 'back\\slash\\', 'Grüße 世界'];
    mkdirSync(join(machine.folder, 'Übung 1'));
    const code = 'import os, sys; print(sys.argv[1:], os.getcwd(), os.environ["WORD"], sys.stdin.read())';
    const options = { cwd: machine.path('Übung 1'), env: { WORD: 'one two', PYTHONUTF8: '1' }, input: 'said' };
    const { stdout } = await machine.check(['python.exe', '-c', code, ...odd], options);
    const repr = `['', 'two words', 'a"b', '%PATH%', 'back\\\\slash\\\\', 'Grüße 世界']`;
    expect(stdout.trim()).toBe(`${repr} D:\\a\\Übung 1 one two said`);
  });

  test('hands its failure on', async () => {
    expect(await machine.run(['python.exe', '-c', 'raise SystemExit(7)'])).toMatchObject({
      status: 7,
      timedOut: false,
    });
    await expect(machine.check(['python.exe', '-c', 'raise SystemExit("why")'])).rejects.toThrow(/status 1[^]*why/);
  });

  test('finds what is first on the PATH', async () => {
    const code = 'import os; print(os.environ["PATH"])';
    const { stdout } = await machine.check(['python.exe', '-c', code], { env: { PATH: 'C:\\mine;D:\\a' } });
    expect(stdout).toMatch(/^C:\\mine;D:\\a;.*C:\\Python313\\Scripts;C:\\Python313;/i);
  });

  test.each(['with spaces', 'Größe 世界', 'x'.repeat(200)])('reads and writes below %s', async (name) => {
    const path = file(join(name, name, 'in.txt'), 'text');
    const code =
      'import pathlib, sys; source = pathlib.Path(sys.argv[1]); source.with_name("out.txt").write_text(source.read_text() * 2)';
    await python(code, path);
    expect(readFileSync(join(machine.folder, name, name, 'out.txt'), 'utf8')).toBe('texttext');
  });

  test('is ended with all that it started when its time is over', async () => {
    const code =
      'import subprocess, sys; print("started", flush=True); subprocess.run([sys.executable, "-c", sys.argv[1]])';
    const wait = 'import time; time.sleep(300)';
    const running = async () =>
      Number((await machine.shell('grep -lz "[t]ime.sleep(300)" /proc/[0-9]*/cmdline | wc -l')).stdout);
    const program = machine.launch(['python.exe', '-c', code, wait], { timeout: 4_000 });
    await new Promise((done) => setTimeout(done, 2_000));
    expect(await running()).toBeGreaterThan(1);
    const start = Date.now();
    expect(await program.done).toMatchObject({ timedOut: true, stdout: expect.stringContaining('started') });
    expect(Date.now() - start).toBeLessThan(5_000);
    // A killed process stays in /proc until the kernel has freed its memory, which takes longer on a busy machine.
    for (const deadline = Date.now() + 5_000; (await running()) > 0 && Date.now() < deadline;) {
      await new Promise((done) => setTimeout(done, 50));
    }
    expect(await running()).toBe(0);
    expect(await python('print("still there")')).toBe('still there');
  });

  test('gets Ctrl-C, and so do its children', async () => {
    const child = 'try: import time; print("ready", flush=True); time.sleep(60)\nexcept KeyboardInterrupt: exit(9)';
    const code = [
      'import subprocess, sys',
      'process = subprocess.Popen([sys.executable, "-c", sys.argv[1]])',
      'try:',
      '    process.wait()',
      'except KeyboardInterrupt:',
      '    sys.exit(process.wait() + 20)',
    ].join('\n');
    const program = machine.launch(['python.exe', file('wait.py', code), child]);
    while (!program.stdout().includes('ready')) {
      await new Promise((done) => setTimeout(done, 50));
    }
    program.interrupt();
    expect(await program.done).toMatchObject({ status: 29, timedOut: false });
  });

  test('that stays behind holds up nobody', async () => {
    const env = { SCCACHE_DIR: 'C:\\sccache' };
    await machine.check(['sccache.exe', '--start-server'], { env, timeout: 30_000 });
    const { stdout } = await machine.check(['sccache.exe', '--stop-server'], { env, timeout: 30_000 });
    expect(stdout).toContain('Compile requests');
  });
});

describe('a job object', () => {
  test('ends its processes with its last handle', async () => {
    const child = (await machine.check(['python.exe', data('job.py')])).stdout.trim();
    const code = 'import psutil, sys; print(psutil.pid_exists(int(sys.argv[1])))';
    expect(await python(code, child)).toBe('False');
  });
});

describe('a virtual environment', () => {
  const folder = 'umgebung für 世界';

  test('is made, and is one', async () => {
    await python('import sys, venv; venv.create(sys.argv[1], with_pip=False)', machine.path(folder));
    const code = 'import sys; print(sys.prefix, sys.base_prefix, sys.executable, sep="\\n")';
    const own = `${machine.path(folder)}\\Scripts\\python.exe`;
    const { stdout } = await machine.check([own, '-X', 'utf8', '-c', code], { env: { PATH: 'C:\\windows' } });
    expect(stdout.trim().split('\r\n')).toEqual([machine.path(folder), 'C:\\Python313', own]);
  });

  test('takes a wheel without a network, by its hash, and leaves the others out', async () => {
    const own = `${machine.path(folder)}\\Scripts\\python.exe`;
    const wanted = readFileSync(join(DATA, 'requirements.txt'), 'utf8').match(/^packaging==.*$/m)![0];
    const options = [
      '--no-index',
      '--find-links',
      WHEELS,
      '--require-hashes',
      '--requirement',
      file('one.txt', wanted),
    ];
    await machine.check(['python.exe', '-m', 'pip', '--python', own, 'install', '--quiet', ...options]);
    const code = 'import importlib.util as u, packaging; print(packaging.__file__, u.find_spec("cattrs"))';
    const { stdout } = await machine.check([own, '-X', 'utf8', '-c', code]);
    expect(stdout.trim()).toBe(`${machine.path(folder)}\\Lib\\site-packages\\packaging\\__init__.py None`);
  });

  test('gives back its exit status', async () => {
    const own = `${machine.path(folder)}\\Scripts\\python.exe`;
    expect((await machine.run([own, '-c', 'raise SystemExit(5)'])).status).toBe(5);
  });
});

describe('the compiler', () => {
  test('makes a DLL that Python loads', async () => {
    const source = file('add.c', '__declspec(dllexport) int add(int a, int b) { return a + b; }\n');
    await machine.check(['clang.exe', '-shared', '-o', machine.path('add.dll'), source]);
    expect(await python('import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).add(2, 3))', machine.path('add.dll'))).toBe(
      '5',
    );
  });

  test('makes a C++ program that needs nothing but Windows', async () => {
    const source = [
      '#include <iostream>\n#include <stdexcept>\n#include <thread>\n#include <vector>',
      'int main() {',
      '  std::vector<int> seen;',
      '  std::thread([&] { seen.push_back(1); }).join();',
      '  try { throw std::runtime_error("caught"); } catch (std::exception& e) { std::cout << e.what() << seen.size(); }',
      '}',
    ].join('\n');
    await machine.check(['clang++.exe', '-o', machine.path('small.exe'), file('small.cpp', source)]);
    expect((await machine.check([machine.path('small.exe')])).stdout).toBe('caught1');
  });

  test('is what CMake and Ninja build with, also in a folder with a difficult name', async () => {
    const name = 'src with 世界';
    file(
      `${name}/CMakeLists.txt`,
      'cmake_minimum_required(VERSION 3.20)\nproject(p C CXX)\nadd_library(p SHARED p.cpp)\n',
    );
    file(`${name}/p.cpp`, 'extern "C" __declspec(dllexport) int seven() { return 7; }\n');
    const folders = ['-S', machine.path(name), '-B', machine.path(`${name}/build`)];
    const env = { CC: 'clang', CXX: 'clang++', PYTHONUTF8: '1' };
    await machine.check(['cmake.exe', ...folders, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release'], { env });
    await machine.check(['cmake.exe', '--build', machine.path(`${name}/build`)], { env });
    expect(existsSync(join(machine.folder, name, 'build/libp.dll'))).toBe(true);
    const code = 'import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).seven())';
    expect(await python(code, machine.path(`${name}/build/libp.dll`))).toBe('7');
  });
});

describe('the tools', () => {
  test('delvewheel reads what a DLL needs', async () => {
    const { stdout } = await machine.check(['delvewheel.exe', 'needed', 'C:\\Python313\\python3.dll']);
    expect(stdout).toBe('');
    const needed = (await machine.check(['delvewheel.exe', 'needed', 'C:\\Python313\\python.exe'])).stdout.split(
      '\r\n',
    );
    expect(needed.map((name) => name.toLowerCase())).toEqual(
      expect.arrayContaining(['kernel32.dll', 'python313.dll', 'vcruntime140.dll']),
    );
  });

  test('git works on folders of Windows, for Windows programs', async () => {
    const code = [
      'import os, subprocess, sys',
      'def git(*argv): return subprocess.run(["git", *argv], check=True, capture_output=True, text=True).stdout.strip()',
      'os.environ["GIT_AUTHOR_NAME"] = os.environ["GIT_COMMITTER_NAME"] = "Jürgen"',
      'os.environ["GIT_AUTHOR_EMAIL"] = os.environ["GIT_COMMITTER_EMAIL"] = "j@example.org"',
      'first, second = sys.argv[1:]',
      'git("init", "--quiet", "--initial-branch=main", first)',
      'git("-C", first, "commit", "--quiet", "--allow-empty", "--message", "it\'s a \\"start\\"")',
      'git("clone", "--quiet", first, second)',
      'os.chdir(second)',
      'print(git("log", "--format=%an %s"), git("rev-parse", "--show-toplevel"), sep="\\n")',
      'print(subprocess.run(["git", "rev-parse", "nothing"], capture_output=True).returncode)',
    ].join('\n');
    const output = await python(code, machine.path('one repo'), machine.path('a clone ü'));
    expect(output.split('\n')).toEqual([`Jürgen it's a "start"`, '/a/a clone ü', '128']);
  });

  test('Vulkan has a device', async () => {
    expect((await machine.check(['python.exe', data('vulkan.py')])).stdout).toMatch(/^1\.\d llvmpipe/);
  });
});

describe('another machine', () => {
  test('sees nothing of this one', async () => {
    await python('import pathlib; pathlib.Path("C:/Python313/mark.txt").write_text("x")');
    const other = await windowsMachine();
    try {
      const code = 'import os; print(os.path.exists("C:/Python313/mark.txt"), os.listdir("D:/a"))';
      expect((await other.check(['python.exe', '-c', code])).stdout.trim()).toBe('False []');
    } finally {
      await other.stop();
    }
  });
});
