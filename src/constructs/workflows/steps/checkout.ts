import type { WorkflowContext } from '../context';
import type { Value, WorkflowStep } from '../model';

const SOURCE = 'steps/checkout.ts';

/** Checks out the commit of the run, or the one that an expression names, and leaves no token behind. */
export function checkout(
  { actions }: Pick<WorkflowContext, 'actions'>,
  commit?: string,
  options: { readonly [input: string]: Value } = {},
): WorkflowStep {
  return {
    name: 'Check out',
    source: SOURCE,
    uses: actions.checkout,
    with: { ...(commit && { ref: `\${{ ${commit} }}` }), 'persist-credentials': false, ...options },
  };
}
