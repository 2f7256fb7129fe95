/**
 * Run a command in `.venv`, a virtual environment with the packages of test/runtime/requirements.txt, pinned by hash. The
 * environment is created if it is missing or outdated.
 *
 *   tsx projenrc/python.ts COMMAND [ARGUMENT…]
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
const ENVIRONMENT = join(ROOT, '.venv');
const BIN = join(ENVIRONMENT, process.platform === 'win32' ? 'Scripts' : 'bin');
const REQUIREMENTS = join(ROOT, 'test/runtime/requirements.txt');

/** The oldest supported Python, and the newest one to search for by name. */
const MINORS = { oldest: 12, newest: 15 } as const;

/** Find a supported interpreter: `PYTHON`, `python3`, a newer one by name, or one from pyenv. */
export function findPython(): string {
  const named = Array.from(
    { length: MINORS.newest - MINORS.oldest + 1 },
    (_, index) => `python3.${MINORS.newest - index}`,
  );
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const versions = existsSync(pyenv) ? readdirSync(pyenv) : [];
  const byNumber = (one: string, other: string): number => one.localeCompare(other, 'en', { numeric: true });
  // The oldest first, so that tests run on the oldest supported version.
  const installed = versions.sort(byNumber).map((version) => join(pyenv, version, 'bin/python3'));
  const candidates = [...(process.env.PYTHON ? [process.env.PYTHON] : []), 'python3', 'python', ...named, ...installed];
  const code = `import ensurepip, sys, venv; print(sys.executable); sys.exit(sys.version_info < (3, ${MINORS.oldest}))`;
  for (const candidate of candidates) {
    // pyenv has shims for versions that are not selected, which fail.
    const { status, stdout } = spawnSync(candidate, ['-I', '-c', code], { encoding: 'utf8' });
    if (status === 0) return stdout.trim();
  }
  throw new Error(
    `Python 3.${MINORS.oldest} or newer with venv is required: install python3.${MINORS.oldest} and ` +
      `python3.${MINORS.oldest}-venv, or set PYTHON to an interpreter`,
  );
}

function check(program: string, argv: readonly string[]): void {
  const { status, error } = spawnSync(program, argv, { stdio: 'inherit' });
  if (status !== 0) throw error ?? new Error(`${program} ${argv.join(' ')} ended with status ${status}`);
}

/** Create or update the environment, and return the folder of its programs. */
export function environment(): string {
  const python = findPython();
  const stamp = join(ENVIRONMENT, 'requirements.sha256');
  const wanted = createHash('sha256').update(python).update(readFileSync(REQUIREMENTS)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return BIN;
  check(python, ['-m', 'venv', '--clear', ENVIRONMENT]);
  const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--quiet', '--retries', '5'];
  check(join(BIN, 'python'), [...pip, '--no-deps', '--require-hashes', '--requirement', REQUIREMENTS]);
  writeFileSync(stamp, wanted);
  return BIN;
}

if (require.main === module) {
  const [program, ...argv] = process.argv.slice(2);
  const env = { ...process.env, PATH: `${environment()}${delimiter}${process.env.PATH}`, PYTHONDONTWRITEBYTECODE: '1' };
  process.exitCode = spawnSync(program, argv, { cwd: ROOT, env, stdio: 'inherit' }).status ?? 1;
}
