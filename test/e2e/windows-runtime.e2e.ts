/** The runtime's own tests, under Windows' Python. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { log } from './support/process';
import { REPOSITORY } from './support/repository';
import { WindowsMachine } from './support/windows-machine';
import { windowsMachine } from './support/windows-root';

/** What the tests read. */
const FILES = [
  ...['pyproject.toml', 'src/runtime', 'test/runtime', 'test/e2e/stand-ins/gh.py', 'lib/wheel_pipeline.pyz'],
  ...['scripts/plan.json', 'src/contract', 'src/mlc-llm/checks', 'src/mlc-llm/preflight'],
];

/** Side by side, since most of the time goes into starting Python; each has about half of it. */
const PARTS = {
  'the gate and the wheels': ['test/runtime/gate', 'test/runtime/wheels'],
  'all the rest': ['test/runtime', '--ignore=test/runtime/gate', '--ignore=test/runtime/wheels'],
};

/** What is left out as a whole. Tests that do not apply to Windows are skipped by themselves, and say why. */
const LEFT_OUT = {
  'test/runtime/gate/old_python_test.py': 'this Windows has one Python, and the Linux run covers the oldest one',
  'test/runtime/release/stand_in_test.py': "it tests the stand-in of GitHub's gh, which no suite of Windows uses",
};

let machine: WindowsMachine;

beforeAll(async () => {
  machine = await windowsMachine();
  for (const file of FILES) {
    const filter = (path: string) => !path.includes('__pycache__');
    cpSync(join(REPOSITORY, file), join(machine.folder, file), { recursive: true, filter });
  }
});

afterAll(() => machine?.stop());

test.concurrent.each(Object.entries(PARTS))('pass: %s', async (name, words) => {
  const left = Object.keys(LEFT_OUT).map((file) => `--ignore=${file}`);
  const options = ['-q', '-rsf', '-p', 'no:cacheprovider', `--basetemp=${machine.path(name.replace(/ /g, '-'))}`];
  const { status, stdout } = await machine.run(['python.exe', '-m', 'pytest', ...options, ...left, ...words], {
    env: { PYTHONUTF8: '1', PYTHONDONTWRITEBYTECODE: '1' },
    timeout: 900_000,
  });
  if (status !== 0) throw new Error(stdout.slice(-20_000));
  log(`${name}: ${stdout.trimEnd().split('\n').pop()}`);
  const skipped = new Map<string, number>();
  for (const [, count, reason] of stdout.replace(/\r/g, '').matchAll(/^SKIPPED \[(\d+)\] \S+: (.*)$/gm)) {
    skipped.set(reason!, (skipped.get(reason!) ?? 0) + Number(count));
  }
  skipped.forEach((count, reason) => log(`  ${count} left out: ${reason}`));
});

test('are all there but for these', () => {
  Object.entries(LEFT_OUT).forEach(([file, reason]) => log(`left out: ${file}: ${reason}`));
});
