/** The toolchain image: its name, and where docker.yml may push it. */
import type { Plan } from './plan';
import { must, RequiredError } from '../declaration/error';
import type { WheelPipelineOptions } from '../declaration/pipeline';
import { IMAGE_NAME } from '../declaration/pipeline-rules';

const GHCR = 'ghcr.io/';

/** Return whether images are published to GitHub's own registry, which is the only one whose images a job may remove. */
export function onGitHub(image: string): boolean {
  return image.startsWith(GHCR);
}

/** Fill in the defaults of the image. */
export function resolveImage(
  { repository, image = {} }: Pick<WheelPipelineOptions, 'repository' | 'image'>,
  id: string,
  defaultBranch: string,
): Plan['image'] {
  return {
    name: image.name ?? `${GHCR}${repository}${id && `-${id}`}`.toLowerCase(),
    branches: image.branches ?? [...new Set([defaultBranch, 'dev'])],
    label: `io.github.${repository.toLowerCase().replace('/', '.')}.environment`,
  };
}

/** Check that the name is one, and that docker.yml may push it: GHCR grants a job no package of another owner. */
export function checkImageName(name: string, repository: string, isPublished: boolean): void {
  if (!IMAGE_NAME.test(name)) {
    throw new RequiredError('image.name', `the default, ${name}, is no image's name; set it to another one`);
  }
  const namespace = `${GHCR}${repository.split('/')[0].toLowerCase()}/`;
  must(
    !isPublished || !onGitHub(name) || name.startsWith(namespace),
    'image.name',
    name,
    `in ${namespace}…, where docker.yml may push; or leave docker out of workflows, and set image.digest`,
  );
}
