/** What pip installs: in the place of the toolchain image, and for the program on a runner. */
import { RUNTIME } from '../declaration/pins';
import type { Plan } from '../plan/plan';

/** The build tools that the Python package index has, at the versions that Conda installs. */
export function buildRequirements({ builds: [{ conda, systems }] }: Plan): string[] {
  return conda.packages
    .filter((each) => each.pypi !== null)
    .map((each) => {
      const version = each.version === '*' ? '' : `${/^\d/.test(each.version) ? '==' : ''}${each.version}`;
      const platform = each.system === 'windows' ? 'win32' : each.system;
      return `${each.pypi}${version}${platform && systems.length > 1 ? `; sys_platform == '${platform}'` : ''}`;
    });
}

/** What the program itself needs, where there is no Conda environment. */
export function runtimeRequirements(): string[] {
  return Object.entries(RUNTIME).map(([requirement, sha256]) => `${requirement} --hash=sha256:${sha256}`);
}
