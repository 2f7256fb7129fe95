/** Requirements for pip: for the checks, a machine without the toolchain image, and the Conda environment. */
import type { Plan, PlannedBuild } from '../../plan/plan';

/** The builds by the file with the requirements of their checks. */
export function byTestRequirements(builds: readonly PlannedBuild[]): Map<string, PlannedBuild[]> {
  const files = new Map<string, PlannedBuild[]>();
  for (const build of builds) {
    files.set(build.testRequirementsFile, [...(files.get(build.testRequirementsFile) ?? []), build]);
  }
  return files;
}

/** The requirements of all checks of some builds, each once, in the order of the alphabet. */
export function testRequirements(builds: readonly PlannedBuild[]): string[] {
  const all = builds.flatMap((build) => build.wheels).flatMap((wheel) => wheel.testRequirements);
  return [...new Set(all)].sort((a, b) => (a < b ? -1 : 1));
}

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

/** What pip adds to the Conda environment, each file of it by hash. */
export function pythonPackageRequirements({ pythonPackages, systems }: PlannedBuild): string[] {
  return pythonPackages.map(({ name, version, sha256, system }) => {
    const platform = system === 'windows' ? 'win32' : system;
    const marker = platform && systems.length > 1 ? ` ; sys_platform == '${platform}'` : '';
    return `${name}==${version}${marker}${sha256.map((hash) => ` --hash=sha256:${hash}`).join('')}`;
  });
}
