/** Options of the program as the pages and the workflows name them; `../contract/inputs.json` declares them. */
import type { PlannedBuild } from './plan';
import { platformsOn, reusedWheels } from './select';
import { FOLDERS, Input, INPUTS } from '../contract/tables';

/** The environment variable of an option. */
function variable(name: string): string {
  return INPUTS.find((input) => input.name === name)!.variable!;
}

/** Environment variables that workflows and pages name. */
export const VARIABLES = {
  sourceDir: variable('source-dir'),
  version: variable('version'),
  outputDir: variable('output-dir'),
  buildDir: variable('build-dir'),
  platformTag: variable('platform-tag'),
  compilerCacheDir: variable('compiler-cache-dir'),
  toolchainImage: variable('toolchain-image'),
  testPython: variable('test-python'),
};

/** Inputs of the program for builds of the same source, the pipeline's own first, with their texts filled in. */
export function inputs([main, ...variants]: readonly PlannedBuild[]): Input[] {
  const places: { readonly [name: string]: string } = {
    ...FOLDERS.inBuild,
    output: FOLDERS.output,
    build: FOLDERS.build,
    'platform-tags': platformsOn(main, 'linux')
      .map(({ platformTag }) => platformTag)
      .join(', '),
    'reused-wheels': reusedWheels(main).join(', ') || 'no wheel of this pipeline',
    variants: variants.map(({ variant }) => variant).join(', ') || 'none is declared',
  };
  const filled = (text: string): string => text.replace(/\{([\w-]+)\}/g, (_, name: string) => places[name]);
  return INPUTS.map((input) => ({ ...input, help: filled(input.help), defaultHelp: filled(input.defaultHelp) }));
}
