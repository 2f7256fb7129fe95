/** The local tasks, `npx projen image` and so on: the image and the scripts in it, without remembering Docker's options. */
import {
  BUILD_DIR,
  buildInputs,
  FOLDERS,
  OUTPUT_DIR,
  REMOTE_CACHE_VARIABLES,
  SCCACHE_DIR,
  SOURCE_DIR,
  WHEEL_CACHE_DIR,
} from './inputs';
import { reproduceFile } from './reproduce';
import { testImageFile } from './test-image';
import { imageTag, PipelineSpec } from '../declaration/pipeline';
import { ofVariant } from '../declaration/variant';
import { dockerfilePath, WORKSPACE } from '../docker/dockerfile';

export const BUILD_REQUIREMENTS = 'scripts/build-requirements.txt';

/** The logic of a release. */
export const RELEASETOOL = 'scripts/releasetool.py';

/** What it needs, by hash. */
export const RELEASE_REQUIREMENTS = 'scripts/release-requirements.txt';

/** A task for bash; arguments of the caller follow the command. */
interface ContainerTask {
  readonly name: string;
  readonly description: string;
  readonly exec: string;
}

/** Says what to do where Docker is missing or does not answer, before Docker says it less well. */
const NEED_DOCKER = [
  'if ! command -v docker >/dev/null; then',
  '  echo "Docker is not installed: see https://docs.docker.com/engine/install/" >&2; exit 1;',
  'fi;',
  'if ! docker info >/dev/null 2>&1; then',
  '  echo "Docker does not answer: start its daemon (or Docker Desktop), and see that you may use it: docker info" >&2; exit 1;',
  'fi;',
].join(' ');

/** What runs without Docker, where a release is declared. */
export function releaseTask(): ContainerTask {
  return {
    name: 'release:dry-run',
    description: 'Plan and verify a release of the wheels in dist/: npx projen release:dry-run v0.1.0',
    exec: [
      'dry_run() {',
      `  if [ $# -eq 0 ]; then echo 'Name the tag: npx projen release:dry-run v0.1.0' >&2; exit 2; fi;`,
      `  python3 -c 'import packaging' || { echo "Install Python's packaging: pip install packaging" >&2; exit 1; };`,
      `  python3 ${RELEASETOOL} plan --tag "$1" && python3 ${RELEASETOOL} verify ${FOLDERS.output} --version "$1";`,
      '}; dry_run',
    ].join(' '),
  };
}

/** The tasks of a pipeline with Linux wheels. */
export function containerTasks(spec: PipelineSpec): ContainerTask[] {
  const image = imageTag(spec);
  const task = (name: string): string => (spec.variant ? `${name}:${spec.variant.name}` : name);
  const run = `docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD":${WORKSPACE}`;
  // Folders are the container's own; a source tree of the caller is mounted where the container finds it.
  const folders = [SOURCE_DIR, OUTPUT_DIR, BUILD_DIR, SCCACHE_DIR, WHEEL_CACHE_DIR].map((variable) => variable.name);
  const inputs = [...new Set(buildInputs(spec).map((input) => input.variable.name))].filter(
    (name) => !folders.includes(name),
  );
  const environment = [...inputs, ...REMOTE_CACHE_VARIABLES].map((name) => `--env ${name}`).join(' ');
  const source = `\${${SOURCE_DIR.name}:+--volume "$(realpath "$${SOURCE_DIR.name}")":/source:ro --env ${SOURCE_DIR.name}=/source}`;
  const inImage = (script: string): string =>
    `${NEED_DOCKER} exec ${run} ${environment} ${source} ${image} bash ${script}`;
  return [
    {
      name: task('image'),
      description: `Build the toolchain image as ${image}`,
      exec: `${NEED_DOCKER} exec docker build --file ${dockerfilePath(spec)} --tag ${image} .`,
    },
    {
      name: task('image:shell'),
      description: `Open a shell in the toolchain image, with the checkout at ${WORKSPACE}`,
      exec: `${NEED_DOCKER} exec ${run} --interactive --tty ${image}`,
    },
    {
      name: task('image:test'),
      description: 'Try the toolchain image: tools, user, environment',
      exec: `${NEED_DOCKER} exec bash ${testImageFile(spec)}`,
    },
    {
      name: task('wheel'),
      description: 'Build the wheels in the toolchain image',
      exec: inImage(ofVariant(spec, 'scripts/build.sh')),
    },
    {
      name: task('wheel:test'),
      description: 'Test the wheels in the toolchain image',
      exec: inImage(ofVariant(spec, 'scripts/test.sh')),
    },
    {
      name: task('wheel:reproduce'),
      description: 'Build the wheels twice in the toolchain image, from nothing, and compare them byte by byte',
      exec: inImage(reproduceFile(spec)),
    },
  ];
}
