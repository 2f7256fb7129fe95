/** The packages that synthesis needs. CI installs them from a lock file: exact versions, verified by checksum. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodePackage, NodePackageManager } from 'projen/lib/javascript';
import { Project } from 'projen/lib/project';
import { SampleFile } from 'projen/lib/sample-file';
import { usesTsx } from './default-task';

const LIBRARY = 'mlc-llm-pipeline';

/** The commands that install exactly the packages of a lock file. */
const INSTALL: ReadonlyArray<readonly [lockFile: string, commands: string]> = [
  ['package-lock.json', 'npm ci'],
  ['npm-shrinkwrap.json', 'npm ci'],
  ['pnpm-lock.yaml', 'corepack enable\npnpm install --frozen-lockfile'],
  ['yarn.lock', 'corepack enable\nyarn install --frozen-lockfile'],
];

/** Package managers that runners provide through corepack only. */
const BY_COREPACK = [NodePackageManager.PNPM, NodePackageManager.YARN_BERRY, NodePackageManager.YARN2];

/** Return the commands that install a project's packages in CI. */
export function installCommands(root: Project): string {
  const node = NodePackage.of(root);
  if (node) return `${BY_COREPACK.includes(node.packageManager) ? 'corepack enable\n' : ''}${node.installCommand}`;
  return (findLock(root) ?? INSTALL[0])[1];
}

/**
 * Add a `package.json` with exact versions to a project that has none. It is written once, so the user can edit it. Skip
 * Node.js project types, which have their own, and a library that npm did not install, which has no version.
 */
export function addPackageJson(root: Project): void {
  const library = installedVersion(root, LIBRARY);
  if (library === undefined || NodePackage.of(root) || existsSync(join(root.outdir, 'package.json'))) return;
  const devDependencies = {
    [LIBRARY]: library,
    projen: installedVersion(root, 'projen') ?? '*',
    ...(usesTsx(root) && { tsx: installedVersion(root, 'tsx') ?? '*' }),
  };
  const contents = `${JSON.stringify({ private: true, devDependencies }, undefined, 2)}\n`;
  new SampleFile(root, 'package.json', { contents });
}

/** Lock the packages of a `package.json` that has no lock file, for every platform. */
export function lockPackages(root: Project): void {
  if (NodePackage.of(root) || findLock(root) || !existsSync(join(root.outdir, 'package.json'))) return;
  // `npm install` would lock the packages in node_modules: binaries for this platform only.
  const command = ['npm', 'update', '--package-lock-only', '--ignore-scripts'];
  const options = ['--no-audit', '--no-fund', '--omit-lockfile-registry-resolved'];
  try {
    const [program, ...words] = [...command, ...options];
    execFileSync(program, words, { cwd: root.outdir, stdio: 'pipe', shell: process.platform === 'win32' });
  } catch (error) {
    const said = String((error as { readonly stderr?: Buffer }).stderr ?? error);
    const reason = said.split('\n').find((line) => line.trim() !== '' && !/ code \w+$/.test(line));
    root.logger.warn(`cannot write package-lock.json, which CI needs: run "${command.join(' ')}" (${reason})`);
  }
}

function findLock({ outdir }: Project): (typeof INSTALL)[number] | undefined {
  return INSTALL.find(([file]) => existsSync(join(outdir, file)));
}

/** Return the version for `package.json` that installs the same copy of a package: its number, or its address. */
function installedVersion({ outdir }: Project, name: string): string | undefined {
  const read = (file: string): any => {
    const path = join(outdir, 'node_modules', file);
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
  };
  const { resolved } = read('.package-lock.json')?.packages?.[`node_modules/${name}`] ?? {};
  const isFromRegistry = resolved === undefined || /\/-\/[^/]+\.tgz$/.test(resolved);
  return isFromRegistry ? read(`${name}/package.json`)?.version : resolved;
}
