/** The local tasks, `npx projen image` and so on: the image and the scripts in it, without remembering Docker's options. */
import { BUILD_DIR, buildInputs, OUTPUT_DIR, SCCACHE_DIR, SOURCE_DIR } from './inputs';
import { DOCKERFILE, WORKSPACE } from '../docker/dockerfile';
import type { PipelineSpec } from '../spec/pipeline';

export const PLAN_FILE = 'scripts/plan.json';
export const BUILD_REQUIREMENTS = 'scripts/build-requirements.txt';

/** The Python modules beside the scripts. */
export const PYTHON_MODULES = ['wheelfiles.py', 'wheeltool.py', 'buildtool.py', 'checks.py'] as const;

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

/** The tasks of a pipeline with Linux wheels. */
export function containerTasks(spec: PipelineSpec): ContainerTask[] {
  const image = `${spec.image.name}:latest`;
  const run = `docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD":${WORKSPACE}`;
  // Folders are the container's own; a source tree of the caller is mounted where the container finds it.
  const folders = [SOURCE_DIR, OUTPUT_DIR, BUILD_DIR, SCCACHE_DIR].map((variable) => variable.name);
  const inputs = [...new Set(buildInputs(spec).map((input) => input.variable.name))].filter(
    (name) => !folders.includes(name),
  );
  const environment = inputs.map((name) => `--env ${name}`).join(' ');
  const source = `\${${SOURCE_DIR.name}:+--volume "$(realpath "$${SOURCE_DIR.name}")":/source:ro --env ${SOURCE_DIR.name}=/source}`;
  const inImage = (script: string): string =>
    `${NEED_DOCKER} exec ${run} ${environment} ${source} ${image} bash scripts/${script}`;
  return [
    {
      name: 'image',
      description: `Build the toolchain image as ${image}`,
      exec: `${NEED_DOCKER} exec docker build --file ${DOCKERFILE} --tag ${image} .`,
    },
    {
      name: 'image:shell',
      description: `Open a shell in the toolchain image, with the checkout at ${WORKSPACE}`,
      exec: `${NEED_DOCKER} exec ${run} --interactive --tty ${image}`,
    },
    { name: 'wheel', description: 'Build the wheels in the toolchain image', exec: inImage('build.sh') },
    { name: 'wheel:test', description: 'Test the wheels in the toolchain image', exec: inImage('test.sh') },
  ];
}
