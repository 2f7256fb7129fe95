/** `docker/environment.yml`: one Conda environment for the image and for Windows. */
import type { PlannedBuild } from '../../plan/plan';

/** micromamba's selectors. */
const SELECTORS = { linux: 'sel(linux)', windows: 'sel(win)' };

/**
 * The file's lines. Packages of one system carry a selector.
 *
 * @see https://mamba.readthedocs.io/en/latest/user_guide/micromamba.html
 */
export function environment({ conda, systems }: PlannedBuild, header: readonly string[]): string[] {
  return [
    ...header.map((line) => `# ${line}`.trimEnd()),
    `name: ${conda.name}`,
    'channels:',
    ...conda.channels.map((channel) => `  - ${channel}`),
    'dependencies:',
    ...conda.packages.map(({ name, version, system }) => {
      const match = `${name}${/^[\d]/.test(version) ? '=' : ''}${version === '*' ? '' : version}`;
      return `  - ${system && systems.length > 1 ? `${SELECTORS[system]}: ` : ''}${match}`;
    }),
  ];
}
