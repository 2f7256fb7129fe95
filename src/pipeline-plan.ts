/** The plan of a pipeline in its project: the declaration with the pins of the project's file, checked against its files. */
import { join, relative, sep } from 'node:path';
import { Project } from 'projen/lib/project';
import { identifier } from './constructs/workflows/names';
import { must } from './declaration/error';
import { mergedPins, readPins } from './declaration/pin-options';
import { WheelPipelineOptions, WorkflowName } from './declaration/pipeline';
import { parsePipeline } from './declaration/pipeline-rules';
import type { Plan } from './plan/plan';
import { resolvePlan } from './plan/resolve';
import { PINS_FILE } from './plan/resolve-pins';
import { checkProjectFiles } from './project-files';

/**
 * Throws a `SpecError` at a value that is wrong.
 *
 * @param others the plans of the repository's other pipelines
 */
export function planInProject(
  { root, outdir }: Project,
  options: WheelPipelineOptions,
  others: readonly Plan[],
): { plan: Plan; prefix: string } {
  const { prefix = '' } = parsePipeline(options);
  const folder = [relative(root.outdir, outdir).replaceAll(sep, '/'), prefix].filter(Boolean).join('/');
  const file = options.pinsFile ?? PINS_FILE;
  const pins = mergedPins(readPins(join(outdir, prefix, file), file), options.pins);
  const plan = resolvePlan({ ...options, pins }, { folder, id: identifier(folder.replaceAll('/', '-')) });
  checkProjectFiles(plan, join(outdir, prefix));
  must(
    others.every((other) => other.place.folder !== folder),
    'prefix',
    options.prefix,
    'a folder of its own: another pipeline of this repository has the same',
  );
  const releases = (each: Plan): boolean => each.workflows.includes(WorkflowName.RELEASE);
  must(
    !releases(plan) || !others.some(releases),
    'workflows',
    plan.workflows,
    'without release: a tag releases the wheels of one pipeline, and another one of this repository has it',
  );
  return { plan, prefix };
}
