/** What a build finds on a Windows machine: Visual Studio, a Conda environment, LunarG's installer; all stand-ins. */
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WindowsMachine } from './windows-machine';
import { DATA } from './windows-parts';
import { PYTHON_FOLDER } from './windows-root';

/** Where the stand-in of vswhere.exe says that it is; harder to quote than any real one. */
const STUDIO = 'C:\\Program Files\\Microsoft Visual Studio\\2022\\Größe 1 & 2';
const MSVC = `${STUDIO}\\VC\\Tools\\MSVC\\14.44`;
const INSTALLER = 'C:\\Program Files (x86)\\Microsoft Visual Studio\\Installer';

/** What CMake links everything with for Microsoft's compiler. */
const LIBRARIES = [
  'kernel32',
  'user32',
  'gdi32',
  'winspool',
  'shell32',
  'ole32',
  'oleaut32',
  'uuid',
  'comdlg32',
  'advapi32',
];

/** A Conda environment's folder of programs and DLLs, which has to be on the PATH. */
export const CONDA_BIN = 'D:\\a\\conda\\Library\\bin';

/** CMake looks beside itself, and Conda's CMake lies beside Conda's libraries. */
const CONDA_LIB = `${PYTHON_FOLDER}\\Lib\\site-packages\\cmake\\data\\lib`;

/** What the stand-in of LunarG's installer copies. */
export const LUNARG = 'C:\\lunarg';

/** LunarG's installer as it is downloaded. */
export interface Installer {
  readonly url: string;
  readonly sha256: string;
}

/** Puts all of it on a machine. */
export async function installStudio(machine: WindowsMachine): Promise<Installer> {
  const work = join(machine.folder, 'studio');
  cpSync(join(DATA, 'studio'), work, { recursive: true });
  const run = (...argv: string[]) => machine.check(argv, { cwd: machine.path(work) });
  const program = (source: string, target: string) => run('clang.exe', '-O1', '-s', '-municode', source, '-o', target);
  const library = (definition: string, target: string) =>
    run('llvm-dlltool.exe', '-m', 'i386:x86-64', '-d', definition, '-l', target);

  const bin = `${MSVC}\\bin\\Hostx64\\x64`;
  for (const folder of [bin, `${MSVC}\\lib\\x64`, `${STUDIO}\\Common7\\Tools`, INSTALLER]) {
    mkdirSync(machine.hostPath(folder), { recursive: true });
  }
  copyFileSync(join(work, 'VsDevCmd.bat'), machine.hostPath(`${STUDIO}\\Common7\\Tools\\VsDevCmd.bat`));
  const from = (path: string) => `/prefix/drive_c/llvm/${path}`;
  const links = [
    [from('bin/lld-link.exe'), `${bin}\\link.exe`],
    [from('bin/llvm-rc.exe'), `${bin}\\rc.exe`],
    ...LIBRARIES.map((name) => [from(`x86_64-w64-mingw32/lib/lib${name}.a`), `${MSVC}\\lib\\x64\\${name}.lib`]),
  ].map(([target, link]) => `ln -s '${target}' '${machine.linuxPath(link!)}'`);
  await machine.shell(links.join('\n'));
  await Promise.all([
    program('vswhere.c', `${INSTALLER}\\vswhere.exe`),
    program('installer.c', `${machine.path(work)}\\vulkansdk.exe`),
    program('cl.c', `${bin}\\cl.exe`),
    program('mt.c', `${bin}\\mt.exe`),
  ]);
  const starts = ['start-dll', 'start-program'];
  await run(`${bin}\\cl.exe`, '/nologo', '/c', '/GS-', '/Zl', ...starts.map((name) => `${name}.c`));
  // Every object of cl.exe asks for oldnames.lib, and for msvcrt.lib or, in CMake's own trials, for the one with a d.
  for (const name of ['msvcrt', 'msvcrtd']) {
    await run('llvm-ar.exe', 'rcs', `${MSVC}\\lib\\x64\\${name}.lib`, ...starts.map((each) => `${each}.obj`));
  }
  await library('vcruntime.def', `${MSVC}\\lib\\x64\\oldnames.lib`);

  const lunarg = machine.hostPath(LUNARG);
  mkdirSync(join(lunarg, 'Include/vulkan'), { recursive: true });
  mkdirSync(join(lunarg, 'Lib'));
  writeFileSync(join(lunarg, 'Include/vulkan/vulkan.h'), 'int vkEnumerateInstanceVersion(unsigned *version);\n');
  await library('vulkan.def', `${LUNARG}\\Lib\\vulkan-1.lib`);

  const conda = machine.hostPath(CONDA_BIN);
  mkdirSync(conda, { recursive: true });
  mkdirSync(machine.hostPath(CONDA_LIB), { recursive: true });
  await run('clang.exe', '-shared', '-s', 'outside.c', '-o', `${CONDA_BIN}\\outside.dll`);
  await library('outside.def', `${CONDA_LIB}\\outside.lib`);
  // Conda's loader, which must not be linked, and Conda's cargo, which must be used; rustup's must not.
  writeFileSync(join(machine.hostPath(CONDA_LIB), 'vulkan-1.lib'), 'no library');
  const rustup = join(machine.hostPath('C:\\users'), homeOf(machine), '.cargo/bin');
  mkdirSync(rustup, { recursive: true });
  for (const folder of [conda, rustup]) {
    copyFileSync(machine.hostPath(`${INSTALLER}\\vswhere.exe`), join(folder, 'cargo.exe'));
  }
  const installer = join(work, 'vulkansdk.exe');
  const sha256 = createHash('sha256').update(readFileSync(installer)).digest('hex');
  return { url: `file:///${machine.path(installer).replace(/\\/g, '/')}`, sha256 };
}

/** The only user's folder. */
function homeOf(machine: WindowsMachine): string {
  return readdirSync(machine.hostPath('C:\\users')).find((name) => name !== 'Public')!;
}
