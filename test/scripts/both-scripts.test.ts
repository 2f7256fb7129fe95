import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadReader, PowerShellReader } from './powershell-reader';
import { follow } from './powershell-trial';
import { Bench, observe, Observed } from './trial';
import { PipelineOptions, PipelineSpec, resolvePipeline } from '../../src/declaration/pipeline';
import type { System } from '../../src/declaration/platform';
import { mlcLlm } from '../../src/mlc-llm/declaration';
import { renderBash } from '../../src/scripts/bash';
import { buildScript } from '../../src/scripts/build';
import { renderPowerShell } from '../../src/scripts/powershell';
import { partsOf, Script, Statement, Step, Variable, Word } from '../../src/scripts/script';
import { testScript } from '../../src/scripts/test';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const wheels = [
  { distribution: 'thing', excludes: { linux: ['a b.so'] }, checks: [{ name: 'import', imports: ['thing'] }] },
];
const sdist = { distribution: 'thing', version: '1.0', sha256: COMMIT.padEnd(64, '0') };
const DECLARATIONS: Record<string, PipelineOptions> = {
  'MLC-LLM': { repository: 'owner/name', ...mlcLlm() },
  'a wheel from a source distribution': {
    repository: 'owner/name',
    source: { sdist },
    wheels,
    environment: { MESSAGE: 'it\u2019s "$5" a `b`; c', FLAGS: '-DA=1 -DB="x y"' },
  },
  'a wheel from a folder': { repository: 'owner/name', source: { folder: 'thing' }, wheels },
};

/** The programs that the scripts call; what they print is the same in both shells, so later arguments are, too. */
const programs = (pinned: string): Record<string, string> => ({
  python: `case $1 in */buildtool.py) echo "value-of-$2" ;; esac`,
  'value-of-python-of': '',
  git: `case $* in *rev-parse*) echo ${pinned} ;; esac`,
  mark: '',
  ...Object.fromEntries(['tar', 'auditwheel', 'delvewheel', 'sccache', 'link.exe'].map((name) => [name, ''])),
});
const TABLE = { PLATFORM: 'linux-x86_64' };

/** A script whose steps say, to a program, that they begin; its last one writes what the shared steps have exported. */
function marked(script: Script): Script {
  const copy = new Script(script.name, script.summary, script.inputs, script.logFolder);
  for (const step of script.steps) {
    const mark: Statement = { kind: 'run', argv: ['mark', step.title], attempts: 1 };
    copy.steps.push({ ...step, statements: [mark, ...step.statements] });
  }
  const names = all(shared(script.steps)).flatMap((each) =>
    each.kind === 'set' && each.exported ? [each.variable.name] : [],
  );
  const show = 'for name; do printf "%s=%s\\n" "$name" "${!name}"; done >exported';
  return copy.step('Show the environment', (step) =>
    step.run('mark', 'end').run('bash', '-c', show, '-', ...new Set(names)),
  );
}

function all(steps: readonly Step[]): Statement[] {
  const visit = (each: Statement): Statement[] =>
    each.kind === 'when' ? [...each.then, ...each.otherwise].flatMap(visit) : [each];
  return steps.flatMap((step) => step.statements.flatMap(visit));
}
const shared = (steps: readonly Step[]): Step[] => steps.filter((step) => step.only === undefined);

interface Begun {
  readonly title: string;
  readonly calls: string[][];
}

/** What each step has called; those before and after the marks belong to no step. */
function byStep(calls: readonly string[][]): Begun[] {
  const steps: Begun[] = [];
  for (const call of calls) {
    if (call[0] === 'mark') steps.push({ title: call[1], calls: [] });
    else steps[steps.length - 1].calls.push(call);
  }
  return steps;
}

/** What the commands of a step are, from its statements: the reading of their words that both shells must share. */
function commandsOf(
  statements: readonly Statement[],
  values: Map<string, string>,
  set: ReadonlySet<string>,
): string[][] {
  const value = (word: Word): string =>
    partsOf(word)
      .map((part) => (part instanceof Variable ? values.get(part.name)! : part))
      .join('');
  return statements.flatMap((each): string[][] => {
    switch (each.kind) {
      case 'capture':
      case 'expect':
      case 'run':
      case 'attempt': {
        const argv = each.argv.map(value);
        if (each.kind === 'capture') values.set(each.variable.name, `value-of-${argv[2]}`);
        return [argv];
      }
      case 'set':
        values.set(each.variable.name, value(each.value));
        return [];
      case 'windows':
        return [[each.function]];
      case 'when': {
        // All programs are there, and no path is asked for.
        const holds =
          each.condition.kind === 'onPath' ||
          (each.condition.kind === 'isSet' && set.has(each.condition.variable.name));
        return commandsOf(holds ? each.then : each.otherwise, values, set);
      }
      default:
        return [];
    }
  });
}

let reader: PowerShellReader;
const benches: Bench[] = [];
beforeAll(async () => {
  reader = await loadReader();
});
afterAll(() => benches.forEach((each) => each.remove()));

function bench(spec: PipelineSpec): Bench {
  const made = new Bench(programs(spec.source.git?.commit ?? ''));
  benches.push(made);
  for (const folder of ['thing', 'given', 'scripts/overlay']) {
    mkdirSync(join(made.folder, folder), { recursive: true });
    writeFileSync(join(made.folder, folder, 'setup.py'), 'x');
  }
  return made;
}

const SCRIPTS = Object.entries(DECLARATIONS).flatMap(([name, options]) => {
  const spec = resolvePipeline(options);
  return [buildScript(spec), testScript(spec)].map((script) => [script.name, name, script, spec] as const);
});

describe.each(SCRIPTS)('%s of %s', (_, __, script, spec) => {
  const env: Record<string, string> = {
    ...{ JOBS: '3', WHEEL_VERSION: 'v1.0', OUTPUT_DIR: 'out put', TOOLCHAIN_IMAGE: 'image@sha256:0' },
    ...(spec.source.folder === undefined ? {} : { SOURCE_DIR: 'given' }),
  };
  const lines = (shell: typeof renderBash): string => `${shell(marked(script), spec, ['Title']).join('\n')}\n`;
  const windows = script.stepsOn('windows');
  let bash: Observed;
  let powershell: Observed;
  beforeAll(() => {
    const [one, two] = [bench(spec), bench(spec)];
    bash = observe(one, one.start(['bash'], `${script.name}.sh`, lines(renderBash), env));
    powershell = observe(two, follow(reader, two, lines(renderPowerShell), env, TABLE));
  });
  /** The steps for both systems, out of those that a shell has gone through. */
  const common = (observed: Observed, system: System): Begun[] => {
    const steps = script.stepsOn(system);
    return byStep(observed.calls).filter((_each, index) => steps[index]?.only === undefined);
  };

  test('ends well in both shells', () => {
    expect([bash.status, bash.complaint]).toEqual([0, '']);
    expect([powershell.status, powershell.complaint]).toEqual([0, '']);
  });

  test('has the same steps in both shells, but for those of one system, and each calls the same with the same arguments', () => {
    expect(common(bash, 'linux').map(({ title }) => title)).toEqual([
      ...shared(script.steps).map(({ title }) => title),
      'end',
    ]);
    expect(common(powershell, 'windows')).toEqual(common(bash, 'linux'));
  });

  test('leaves the same files and the same environment', () => {
    expect(powershell.files).toEqual(bash.files);
  });

  test('calls in PowerShell what its steps say, those for Windows only as well', () => {
    const values = new Map(Object.entries({ ...TABLE, ROOT: '<folder>', BUILD_DIR: '<folder>/build', SOURCE_DIR: '' }));
    for (const [name, value] of Object.entries(env)) values.set(name, /_DIR$/.test(name) ? `<folder>/${value}` : value);
    values.set('SCCACHE_DIR', '<folder>/build/sccache').set('WHEEL_CACHE_DIR', '<folder>/build/wheel-cache');
    values.set('SOURCE_DATE_EPOCH', '315532800');
    const expected = windows.map(({ title, statements }) => ({
      title,
      calls: commandsOf(statements, values, new Set(Object.keys(env))),
    }));
    expect(byStep(powershell.calls).slice(0, -1)).toEqual(expected);
  });

  test('explains the same inputs in the same words, but for those of one system', () => {
    const one = bench(spec);
    const file = one.addScript('help.sh', lines(renderBash));
    const { stdout } = one.run(['bash', file, '--help'], {});
    const described = (help: string, system: System): string[] => {
      const entries = help.replace(/^Usage: .*\n/, '').split(/\n(?= {2}[A-Z])/);
      const own = script.inputsOn(system).filter((input) => input.only !== undefined);
      return entries
        .filter((entry) => !own.some((input) => entry.trim().startsWith(`${input.variable.name} `)))
        .map((entry) => entry.replace(/\s+/g, ' ').trim());
    };
    const both = script.inputs.filter((input) => input.only === undefined);
    expect(
      described(stdout, 'linux')
        .slice(1)
        .map((entry) => entry.split(' ')[0]),
    ).toEqual(both.map((each) => each.variable.name));
    expect(described(reader.help(lines(renderPowerShell)), 'windows')).toEqual(described(stdout, 'linux'));
  });
});
