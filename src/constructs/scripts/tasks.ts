/** The local tasks, `npx projen image` and so on: the image and the program in it, without remembering Docker's options. */
import { INPUTS } from '../../contract/tables';
import { FILES } from '../../plan/files';
import type { Plan, PlannedBuild } from '../../plan/plan';
import { REMOTE_CACHE_VARIABLES } from '../../plan/remote-caches';
import { chosen } from '../../plan/select';

/** Where `docker.sh` reads which of the caller's variables go into the container. */
export const DOCKER_ENVIRONMENT = 'scripts/docker.env';

/** A task for bash; arguments of the caller follow the command. */
interface ShellTask {
  readonly name: string;
  readonly description: string;
  readonly exec: string;
}

/** What runs without Docker, where a release is declared. */
export function releaseTask({ program }: Plan): ShellTask {
  return {
    name: 'release:dry-run',
    description: `Plan and verify a release of the wheels in ${FILES.output}/: npx projen release:dry-run v0.1.0`,
    exec: `python3 ${program.path} release dry-run ${FILES.output}`,
  };
}

/** The task that locks what pip installs. */
export function lockTask({ program }: Plan): ShellTask {
  return {
    name: 'lock',
    description: `Lock the requirements of tests and builds by hash, for each platform, in ${FILES.locks}/ (with uv)`,
    exec: `python3 ${program.path} lock`,
  };
}

/** The tasks of a build with Linux wheels. */
export function containerTasks({ program }: Plan, build: PlannedBuild): ShellTask[] {
  const { image, variant, dockerfile } = build;
  const task = (name: string): string => (variant ? `${name}:${variant}` : name);
  const inImage = `bash scripts/docker.sh in ${image}`;
  return [
    {
      name: task('image'),
      description: `Build the toolchain image as ${image}`,
      exec: `bash scripts/docker.sh build --file ${dockerfile} --tag ${image} .`,
    },
    {
      name: task('image:shell'),
      description: 'Open a shell in the toolchain image, with the checkout at /workspace',
      exec: inImage,
    },
    {
      name: task('image:test'),
      description: 'Smoke-test the toolchain image: tools, user, environment',
      exec: `python3 ${program.path} test-image --image ${image}${chosen(build)}`,
    },
    {
      name: task('wheel'),
      description: 'Build the wheels in the toolchain image',
      exec: `${inImage} bash scripts/build.sh${chosen(build)}`,
    },
    {
      name: task('wheel:test'),
      description: 'Test the wheels in the toolchain image',
      exec: `${inImage} bash scripts/test.sh${chosen(build)}`,
    },
    {
      name: task('wheel:reproduce'),
      description: 'Build the wheels twice in the toolchain image, from nothing, and compare them byte by byte',
      exec: `${inImage} python ${program.path} reproduce${chosen(build)}`,
    },
  ];
}

/** The variables of the caller that count in the container; folders and the variant are the container's own. */
export function dockerEnvironment(): string[] {
  const ours = INPUTS.flatMap(({ variable, type }) =>
    variable && !['path', 'variant'].includes(type) ? [variable] : [],
  );
  return [...ours, 'SCCACHE_CACHE_SIZE', ...REMOTE_CACHE_VARIABLES];
}
