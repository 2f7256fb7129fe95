/**
 * Fails if synthesis would change a file, shows the difference, and leaves every file as it was.
 *
 * Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/repository/check.cjs). Do not edit it here.
 */
const { spawnSync } = require('node:child_process');
const { chmodSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');

const env = { ...process.env, PROJEN_DISABLE_POST: '1' };
const onWin32 = process.platform === 'win32';

/** The content and mode of every regular file that git does not ignore, untracked ones included. */
function files() {
  const argv = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { status, stdout } = spawnSync('git', argv, { encoding: 'utf8', env, maxBuffer: 1 << 28 });
  if (status !== 0) return undefined;
  const found = new Map();
  for (const path of new Set(stdout.split('\0').filter(Boolean))) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isFile()) found.set(path, { content: readFileSync(path), mode: stat.mode });
  }
  return found;
}

/** Restores a file, or removes it if it did not exist. */
function restore(path, file) {
  rmSync(path, { force: true });
  if (!file) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, file.content);
  chmodSync(path, file.mode);
}

/** Prints the changes that synthesis would make to a file. */
function show(path, before, after) {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  const sides = [before, after].map((file, index) => {
    const side = join(folder, ['a', 'b'][index], path);
    mkdirSync(dirname(side), { recursive: true });
    if (file) writeFileSync(side, file.content);
    return file ? join(['a', 'b'][index], path) : onWin32 ? 'NUL' : '/dev/null';
  });
  const diff = ['--no-pager', 'diff', '--no-index', '--no-prefix', '--', ...sides];
  process.stderr.write(spawnSync('git', diff, { cwd: folder, encoding: 'utf8' }).stdout);
  rmSync(folder, { recursive: true, force: true });
}

const before = files();
const { status } = spawnSync('npx', ['projen', 'default'], { env, stdio: 'inherit', shell: onWin32 });
if (!before) {
  console.error('check: this is not a git repository, so the synthesized files were not compared');
  process.exit(status ?? 1);
}
const after = files();
const changed = [...new Set([...before.keys(), ...after.keys()])]
  .filter((path) => {
    const [old, now] = [before.get(path), after.get(path)];
    return !old || !now || !old.content.equals(now.content);
  })
  .sort();
if (status === 0) changed.forEach((path) => show(path, before.get(path), after.get(path)));
changed.forEach((path) => restore(path, before.get(path)));
if (status !== 0) process.exit(status ?? 1);
if (changed.length > 0) {
  console.error(`check: synthesis would change ${changed.length === 1 ? 'this file' : `these ${changed.length} files`}: ${changed.join(' ')}`);
  console.error('If the declaration is right, run `npx projen` and commit the result. Otherwise change .projenrc.ts.');
  process.exit(1);
}
