/**
 * Synthesizes, and fails where that changes a file: shows the difference, and says what to do.
 *
 *   node check.cjs [TASK…]   the tasks of projen that synthesize; `default` where none is named
 *
 * The original is in src/scripts of mlc-llm-pipeline, which copies it into scripts/ as it is. Do not edit the copy.
 */
const { spawnSync } = require('node:child_process');
const { copyFileSync, existsSync, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const env = { ...process.env, PROJEN_DISABLE_POST: '1' };
const index = join(mkdtempSync(join(tmpdir(), 'check-')), 'index');
const git = (...args) => spawnSync('git', args, { encoding: 'utf8', env: { ...env, GIT_INDEX_FILE: index } });

/** Every file that git does not ignore, as one name. It is kept by git; index and branch stay as they are. */
function tree() {
  const own = spawnSync('git', ['rev-parse', '--git-path', 'index'], { encoding: 'utf8', env }).stdout.trim();
  if (existsSync(own)) copyFileSync(own, index);
  git('add', '--all', '.');
  return git('write-tree').stdout.trim();
}

function end(status, message) {
  if (message) console.error(message);
  rmSync(join(index, '..'), { recursive: true, force: true });
  process.exit(status);
}

const before = tree();
for (const task of process.argv.length > 2 ? process.argv.slice(2) : ['default']) {
  const { status } = spawnSync('npx', ['projen', task], { env, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) end(status ?? 1);
}
if (!before) end(0, 'check: this is no git repository, so there is nothing to compare with');
const after = tree();
if (before === after) end(0);
const named = git('diff', '--name-only', '--relative', before, after).stdout.trim().split('\n');
console.error(git('--no-pager', 'diff', '--relative', before, after).stdout);
end(1, `check: ${named.length} file(s) were not what .projenrc.ts declares, and are now: ${named.join(' ')}
Commit what was synthesized. To have one back as it was: git restore --source=${before.slice(0, 12)} -- <file>`);
