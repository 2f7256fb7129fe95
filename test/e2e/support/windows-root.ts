import { copyFileSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { aptIndexes, DEBIAN, debianSource } from './apt';
import { aptSettings } from './base-image';
import { needPrograms } from './machine';
import { cached, check, digest } from './process';
import { CONSOLE, DRIVE_C, WindowsMachine } from './windows-machine';
import { DATA, LLVM, PYTHON, unpackJar, wheelhouse } from './windows-parts';

/** Debian's release whose Wine has what Windows' CPython calls; the Wine of Debian 12 (8.0) lacks some of it. */
const SUITE = 'trixie';

/** Wine; a Vulkan loader with a device that is a program; Git, which has no build for Windows within reach. */
const PACKAGES = ['ca-certificates', 'git', 'libvulkan1', 'mesa-vulkan-drivers', 'wine', 'wine64'];

/** Left out for size. */
const EXCLUDES = ['/usr/share/doc/*', '/usr/share/info/*', '/usr/share/locale/*', '/usr/share/man/*'];

/** The headers and libraries that Clang needs to build for Windows, with the C runtime that Python has too. */
const MINGW = [
  ...['g++-mingw-w64-ucrt64', 'gcc-mingw-w64-ucrt64', 'gcc-mingw-w64-ucrt64-runtime'],
  ...['mingw-w64-common', 'mingw-w64-ucrt64-dev'],
];

/** The programs of LLVM, under all of their names. */
const LLVM_PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  'clang.exe': ['clang++.exe'],
  'lld.exe': ['ld.lld.exe', 'lld-link.exe'],
  'llvm-ar.exe': ['llvm-dlltool.exe', 'llvm-ranlib.exe'],
  'llvm-objcopy.exe': ['llvm-strip.exe'],
  'llvm-rc.exe': ['llvm-windres.exe'],
};

/** What Clang is told by default: no DLL of GCC's is needed by what it links, and it finds all that it needs. */
const CLANG_SETTINGS = [
  ...['--target=x86_64-w64-windows-gnu', '--sysroot=C:/llvm', '-fuse-ld=lld', '-pthread'],
  ...['-static-libgcc', '-static-libstdc++'],
];

/** Where Windows' programs are, in the order of the machine's PATH. */
export const PYTHON_FOLDER = 'C:\\Python313';
const GIT_FOLDER = 'C:\\Program Files\\Git\\cmd';
// CMake itself comes before the script of its wheel, which takes four seconds to find it.
const PATH = [
  ...[`${PYTHON_FOLDER}\\Lib\\site-packages\\cmake\\data\\bin`, `${PYTHON_FOLDER}\\Scripts`, PYTHON_FOLDER],
  ...['C:\\llvm\\bin', GIT_FOLDER],
].join(';');

/** The wheels of requirements.txt, with that file, on every machine. */
export const WHEELS = 'C:\\wheels';

/** A Windows machine with Python, the packages of requirements.txt, Clang and Git. The first one takes a minute. */
export async function windowsMachine(): Promise<WindowsMachine> {
  return WindowsMachine.start({ lower: await windowsLayers() });
}

async function windowsLayers(): Promise<string[]> {
  // Side by side, since each waits for another server.
  const linux = debian().then(async (root) => [await mingw(root), await prefix(root), root]);
  const [clang, python, wheels, lower] = await Promise.all([llvm(), cpython(), wheelhouse(), linux]);
  const layers = [python, clang, ...lower];
  return [await programs(layers, wheels), ...layers];
}

/** The Linux that Wine runs on. */
async function debian(): Promise<string> {
  const key = [SUITE, ...PACKAGES, ...EXCLUDES].join('\n');
  return cached('windows-root', key, async (folder) => {
    await needPrograms('mmdebstrap', DEBIAN.keyring);
    // A folder made for one user only would be one for the machine too.
    await check(['chmod', '755', folder]);
    const options = ['--variant=apt', `--include=${PACKAGES.join(',')}`];
    options.push(...['APT::Install-Recommends "false"', ...(await aptSettings())].map((line) => `--aptopt=${line}`));
    options.push(...EXCLUDES.map((path) => `--dpkgopt=path-exclude=${path}`));
    await check(['mmdebstrap', '--quiet', ...options, SUITE, folder, debianSource(SUITE, await aptIndexes())]);
  });
}

/** A layer: what `make` changes on a machine of these layers. */
async function layer(
  name: string,
  key: string,
  lower: readonly string[],
  make: (machine: WindowsMachine) => Promise<void>,
): Promise<string> {
  const made = await cached(
    `windows-${name}`,
    [key, ...lower.map((path) => basename(dirname(path)))].join('\n'),
    async (folder) => {
      mkdirSync(join(folder, 'files'));
      const machine = await WindowsMachine.start({ lower, upper: join(folder, 'files'), console: false });
      try {
        await make(machine);
      } finally {
        await machine.stop();
      }
    },
  );
  return join(made, 'files');
}

/** Windows' own part: the registry and drive C:. */
function prefix(root: string): Promise<string> {
  return layer('prefix', PATH, [root], async (machine) => {
    await machine.check(['wineboot', '--init']);
    const variables = 'HKLM\\System\\CurrentControlSet\\Control\\Session Manager\\Environment';
    const value = `${PATH};%SystemRoot%\\system32;%SystemRoot%`;
    await machine.check(['reg', 'add', variables, '/f', '/v', 'PATH', '/t', 'REG_EXPAND_SZ', '/d', value]);
    await machine.shell('wineserver --wait; cd /prefix/dosdevices; ln -s / d:; rm -f z: com*');
  });
}

/** Clang for Windows. */
async function llvm(): Promise<string> {
  const made = await cached('windows-llvm', JSON.stringify([LLVM, LLVM_PROGRAMS, CLANG_SETTINGS]), async (folder) => {
    const target = join(folder, 'files', DRIVE_C, 'llvm');
    const patterns = Object.keys(LLVM_PROGRAMS).map((name) => name.replace('.', '\\.'));
    await unpackJar(LLVM, `${patterns.join('|')}|lib/clang/.*`, target);
    mkdirSync(join(target, 'bin'));
    for (const [program, names] of Object.entries(LLVM_PROGRAMS)) {
      renameSync(join(target, program), join(target, 'bin', program));
      names.forEach((name) => linkSync(join(target, 'bin', program), join(target, 'bin', name)));
    }
    for (const name of ['clang.cfg', 'clang++.cfg']) {
      writeFileSync(join(target, 'bin', name), `${CLANG_SETTINGS.join('\n')}\n`);
    }
  });
  return join(made, 'files');
}

/** What Clang builds with. */
async function mingw(root: string): Promise<string> {
  return layer('mingw', JSON.stringify([MINGW, MINGW_SCRIPT]), [root], async (machine) => {
    await machine.shell(MINGW_SCRIPT, { env: { PACKAGES: MINGW.join(' '), TARGET: `${DRIVE_C}/llvm` } });
  });
}

/**
 * Lays MinGW's files out as Clang looks for them. Wanted are the static libraries: a program that needs GCC's DLLs finds
 * them here and nowhere else.
 */
const MINGW_SCRIPT = `
mkdir -p /mingw "$TARGET/x86_64-w64-mingw32"
cd /mingw
apt-get -qq update
apt-get -qq -o APT::Sandbox::User=root download $PACKAGES
for package in *.deb; do dpkg -x "$package" .; done
cp -rL usr/x86_64-w64-mingw32ucrt/* "$TARGET/x86_64-w64-mingw32"
rm -f "$TARGET"/x86_64-w64-mingw32/lib/lib*pthread*.dll.a
cd usr/lib/gcc/x86_64-w64-mingw32ucrt/*
gcc="$TARGET/lib/gcc/x86_64-w64-mingw32/$(basename "$PWD")"
mkdir -p "$gcc/include"
cp crt*.o libgcc.a libgcc_eh.a libstdc++.a libstdc++exp.a libstdc++fs.a libsupc++.a "$gcc"
cp -r include/c++ "$gcc/include"
mv "$gcc/include/c++/x86_64-w64-mingw32ucrt" "$gcc/include/c++/x86_64-w64-mingw32"
rm -rf /mingw /var/lib/apt/lists
`;

/** CPython as it comes, less what ends in Wine. */
async function cpython(): Promise<string> {
  const made = await cached('windows-cpython', JSON.stringify([PYTHON, DRIVE_C]), async (folder) => {
    const target = join(folder, 'files', DRIVE_C, 'Python313');
    // Without the copies in bin, and what belongs to Java.
    await unpackJar(PYTHON, '(lib|libs|include)/.*|python(313)?\\.(exe|dll)', target);
    // Wine's WMI ends the process that asks it; without this module `platform` asks in other ways.
    rmSync(join(target, 'lib/_wmi.pyd'));
    // Windows' programs write Lib, and a second folder of that name would hide half of it.
    await check(['mv', join(target, 'lib'), join(target, 'Lib')]);
  });
  return join(made, 'files');
}

/** What has to be compiled, and the packages of requirements.txt. */
function programs(lower: readonly string[], wheels: string): Promise<string> {
  const sources = ['stable_abi.py', 'console.c', 'unixprogram.c', 'venvlauncher.c'].map((name) => join(DATA, name));
  const key = digest(...sources.map((source) => readFileSync(source))) + basename(wheels) + PATH;
  return layer('programs', key, lower, async (machine) => {
    const python = machine.hostPath(PYTHON_FOLDER);
    sources.forEach((source) => copyFileSync(source, join(machine.folder, basename(source))));
    await check(['cp', '-r', wheels, machine.hostPath(WHEELS)]);

    // python3.dll, which modules of the stable ABI load.
    const definition = join(machine.folder, 'python3.def');
    await check(['python3', sources[0]!, join(python, 'libs/python3.lib'), 'python313', definition]);
    await machine.shell(`: >nothing.c; mkdir -p '${DRIVE_C}/Program Files/Git/cmd' ${DRIVE_C}/console`);
    const clang = (...argv: string[]) => machine.check(['C:\\llvm\\bin\\clang.exe', '-O1', '-s', ...argv]);
    const library = ['-shared', '-nostdlib', '-Wl,--entry=', 'nothing.c', 'python3.def'];
    await clang(...library, '-o', `${PYTHON_FOLDER}\\python3.dll`);
    await clang('console.c', '-o', CONSOLE);
    const launchers = `${PYTHON_FOLDER}\\Lib\\venv\\scripts\\nt`;
    await clang('venvlauncher.c', '-o', `${launchers}\\venvlauncher.exe`);
    await clang('venvlauncher.c', '-o', `${launchers}\\venvwlauncher.exe`);
    await clang('-municode', 'unixprogram.c', '-o', `${GIT_FOLDER}\\git.exe`);

    // The first pip is the one in the wheel.
    const pip = readFileSync(join(DATA, 'requirements.txt'), 'utf8').match(/^pip==(\S+)/m)![1]!;
    const options = ['--no-index', '--no-deps', '--require-hashes', '--no-warn-script-location', '--no-compile'];
    const from = ['--find-links', WHEELS, '--requirement', `${WHEELS}\\requirements.txt`];
    await machine.check(['python.exe', '-m', 'pip', 'install', '--quiet', ...options, ...from], {
      env: { PYTHONPATH: `${WHEELS}\\pip-${pip}-py3-none-any.whl`, PYTHONDONTWRITEBYTECODE: '1' },
    });
  });
}
