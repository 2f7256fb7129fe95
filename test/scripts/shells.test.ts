import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadReader, PowerShellReader } from './powershell-reader';
import { execute, follow, METHOD, PWSH } from './powershell-trial';
import { Case, CASES, CONDITIONS, DOES_NOT, HOLDS, KEPT, said, VALUE } from './statement-cases';
import { Bench, Build, COUNT, NAME, Observed, observe, render } from './trial';
import { Condition, WindowsFunction } from '../../src/scripts/script';

let reader: PowerShellReader;
const benches: Bench[] = [];
beforeAll(async () => {
  process.stdout.write(`${METHOD}\n`);
  reader = await loadReader();
});
afterEach(() => benches.splice(0).forEach((each) => each.remove()));

function bench(files: Record<string, string> = {}): Bench {
  const made = new Bench();
  benches.push(made);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(made.folder, path)), { recursive: true });
    writeFileSync(join(made.folder, path), content);
  }
  return made;
}

/** What is seen of both shells. */
function both({
  build,
  env = {},
  files,
}: Pick<Case, 'build' | 'env' | 'files'>): Record<'bash' | 'powershell', Observed> {
  const given = { BUILD_DIR: 'build', ...env };
  const [one, two] = [bench(files), bench(files)];
  const script = render('powershell', build);
  expect(reader.errors(script)).toEqual([]);
  return {
    bash: observe(one, one.start(['bash'], 'trial.sh', render('bash', build), given)),
    powershell: observe(two, PWSH ? execute(two, script, given) : follow(reader, two, script, given)),
  };
}

const TIMEOUT = PWSH ? 60_000 : 5_000;

describe.each(Object.entries(CASES).filter(([, cases]) => cases.length > 0))('%s', (_, cases) => {
  test.each(cases.map((each) => [each.title, each] as const))(
    '%s, in both shells',
    (_title, each) => {
      const { bash, powershell } = both(each);
      expect(bash).toMatchObject(each.sees);
      expect(powershell).toEqual(bash);
    },
    TIMEOUT,
  );
});

describe.each(Object.keys(CONDITIONS) as Condition['kind'][])('when: %s', (kind) => {
  test.each([
    ['holds', HOLDS[kind], 'then'],
    ['does not hold', DOES_NOT[kind], 'otherwise'],
  ])(
    '%s for the same values in both shells',
    (_, values, branch) => {
      const { bash, powershell } = both({
        build: (step) =>
          step.each(values, (each, value) =>
            each.set(KEPT, value).when(
              CONDITIONS[kind](value),
              (then) => then.say('then'),
              (otherwise) => otherwise.say('otherwise'),
            ),
          ),
        files: { 'a b': 'x', '-x': 'x', "it's": 'x' },
      });
      expect(bash).toMatchObject(said(values.map(() => branch).join('\n')));
      expect(powershell).toEqual(bash);
    },
    TIMEOUT,
  );
});

describe('what only Windows does', () => {
  const NAMES_OF: Record<WindowsFunction, true> = { enter_msvc: true, hide_conda_link: true, use_vulkan_sdk: true };

  test.each(Object.keys(NAMES_OF) as WindowsFunction[])('%s is called in PowerShell, and refused in bash', (name) => {
    const build: Build = (step) => step.onWindows(name);
    const there = bench();
    follow(reader, there, render('powershell', build), {});
    expect(there.calls()).toEqual([[name]]);
    expect(render('powershell', build)).toContain(`\nfunction ${name} {\n`);
    expect(() => render('bash', build)).toThrow(`${name} is for steps that run on Windows only`);
  });
});

test.each([
  ['unset', {}],
  ['empty', { NAME: '', COUNT: '' }],
  ['set', { NAME: VALUE, COUNT: '7', BUILD_DIR: 'a b/build' }],
])(
  'inputs that are %s have the same value in both shells',
  (_, env) => {
    const { bash, powershell } = both({ build: (step) => step.run('record', NAME, COUNT), env });
    expect(bash).toMatchObject({
      status: 0,
      calls: [['record', ('NAME' in env && env.NAME) || 'nobody', expect.stringMatching(/^\d+$/)]],
    });
    expect(powershell).toEqual(bash);
  },
  TIMEOUT,
);
