/** Attestations. GitHub signs them for public repositories, and for private and internal ones in Enterprise Cloud only. */
import type { Permissions, Value, WorkflowStep } from './model';
import { WorkflowName } from '../declaration/pipeline';
import type { Plan } from '../plan/plan';

/** An expression: the visibility of the repository; empty where the event lacks it, as a schedule does. */
export const VISIBILITY = '${{ github.event.repository.visibility }}';

const PUBLIC = "github.event.repository.visibility == 'public'";

/** A condition in a workflow: `''` holds always, `null` never. */
type Condition = string | null;

/** The condition under which a run attests. */
export function attests({ release }: Plan): Condition {
  return { public: PUBLIC, always: '', never: null }[release.attest];
}

/** The condition under which a run does not attest: its images need another proof of their origin. */
export function attestsNot({ release }: Plan): Condition {
  return { public: PUBLIC.replace('==', '!='), always: null, never: '' }[release.attest];
}

/** What a job may read to verify the origin of toolchain images, which are attested or proven by a run. */
export function proofPermissions(plan: Plan): Permissions {
  if (!plan.workflows.includes(WorkflowName.DOCKER)) return {};
  return {
    ...(attests(plan) === null ? {} : { attestations: 'read' }),
    ...(attestsNot(plan) === null ? {} : { actions: 'read' }),
  };
}

/** What a caller of linux.yml grants it. */
export function linuxPermissions(plan: Plan): Permissions {
  return { contents: 'read', packages: 'read', ...proofPermissions(plan) };
}

/** Both conditions in one. */
export function both(one: string, other: Condition): Condition {
  return other === null ? null : [one, other].filter(Boolean).join(' && ');
}

/** Steps that run under a condition. */
export function stepsIf(condition: Condition, ...steps: readonly WorkflowStep[]): WorkflowStep[] {
  if (condition === null) return [];
  return condition === '' ? [...steps] : steps.map((step) => ({ ...step, if: condition }));
}

/** An option of a command for runs that attest: the variable that its script reads, and the script's line. */
export function optionIfAttested(
  plan: Plan,
  option: string,
): { readonly env: { readonly [name: string]: Value }; readonly lines: readonly string[] } {
  const condition = attests(plan);
  if (condition === null) return { env: {}, lines: [] };
  return {
    env: { ATTESTED: condition === '' ? true : `\${{ ${condition} }}` },
    lines: [`if [[ $ATTESTED == true ]]; then options+=(${option}); fi`],
  };
}
