/** `docker/environment.yml`: one Conda environment for the image and for Windows. */
import type { PipelineSpec } from '../declaration/pipeline';
import type { PlatformFacts } from '../declaration/platform';
import { ofVariant } from '../declaration/variant';

/** The environment file of a pipeline. */
export function environmentFile(spec: PipelineSpec): string {
  return ofVariant(spec, 'docker/environment.yml');
}

/** The name of the environment, where it has to have one. */
export function environmentName(spec: PipelineSpec): string {
  return `${spec.name}-toolchain`;
}

/** The explicit lock file of a platform, which is optional: who commits it decides when versions change. */
export function lockFile(spec: PipelineSpec, facts: PlatformFacts): string {
  return ofVariant(spec, `docker/conda-${facts.condaSubdir}.lock`);
}

/**
 * The file's lines. Packages of one system carry micromamba's selectors.
 *
 * @see https://mamba.readthedocs.io/en/latest/user_guide/micromamba.html
 */
export function environment(spec: PipelineSpec, header: readonly string[]): string[] {
  const selector = { linux: 'sel(linux)', windows: 'sel(win)' };
  return [
    ...header.map((line) => `# ${line}`.trimEnd()),
    `name: ${environmentName(spec)}`,
    'channels:',
    ...spec.toolchain.channels.map((channel) => `  - ${channel}`),
    'dependencies:',
    ...spec.toolchain.packages.map((each) => {
      const match = `${each.name}${/^[\d]/.test(each.version) ? '=' : ''}${each.version === '*' ? '' : each.version}`;
      if (!each.only || spec.systems.length === 1) return `  - ${match}`;
      return `  - ${selector[each.only as keyof typeof selector]}: ${match}`;
    }),
  ];
}
