/** Attestations. GitHub signs them in public repositories; private and internal ones need Enterprise Cloud. */
import type { Permissions, Value, WorkflowStep } from './model';
import { WorkflowName } from '../../declaration/pipeline';
import type { Plan } from '../../plan/plan';

/** An expression for the repository's visibility; empty for events that do not have it, such as a schedule. */
export const VISIBILITY = '${{ github.event.repository.visibility }}';

const PUBLIC = "github.event.repository.visibility == 'public'";
const NOT_PUBLIC = "github.event.repository.visibility != 'public'";

/** A condition in a workflow: `''` is always true, `null` never. */
type Condition = string | null;

/** Return the condition for a run that attests. */
export function attests({ release }: Plan): Condition {
  return { public: PUBLIC, always: '', never: null }[release.attest];
}

/** Return the condition for a run that does not attest, whose images need other provenance. */
export function attestsNot({ release }: Plan): Condition {
  return { public: NOT_PUBLIC, always: null, never: '' }[release.attest];
}

/** Return the permissions to verify the provenance of toolchain images: an attestation or a run. */
export function proofPermissions(plan: Plan): Permissions {
  if (!plan.workflows.includes(WorkflowName.DOCKER)) return {};
  return {
    ...(attests(plan) === null ? {} : { attestations: 'read' }),
    ...(attestsNot(plan) === null ? {} : { actions: 'read' }),
  };
}

/** Return the permissions that a caller of linux.yml grants it. */
export function linuxPermissions(plan: Plan): Permissions {
  return { contents: 'read', packages: 'read', ...proofPermissions(plan) };
}

/** Combine two conditions. */
export function both(one: string, other: Condition): Condition {
  return other === null ? null : [one, other].filter(Boolean).join(' && ');
}

/** Add a condition to steps. */
export function stepsIf(condition: Condition, ...steps: readonly WorkflowStep[]): WorkflowStep[] {
  if (condition === null) return [];
  return condition === '' ? [...steps] : steps.map((step) => ({ ...step, if: condition }));
}

/** Return a command option for runs that attest: the variable of the script, and the line that reads it. */
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
