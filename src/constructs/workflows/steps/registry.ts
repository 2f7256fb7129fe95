import type { WorkflowContext } from '../context';
import { TOKEN } from '../expressions';
import type { WorkflowStep } from '../model';

const SOURCE = 'steps/registry.ts';

/** The registry that accepts a job's token: no other one does. */
const REGISTRY = 'ghcr.io';

/** Logs in to the toolchain image's registry as the run itself, if it is GitHub's; images of another one are public. */
export function logIn({ actions, plan }: WorkflowContext): WorkflowStep[] {
  if (!plan.image.name.startsWith(`${REGISTRY}/`)) return [];
  return [
    {
      name: 'Log in to the registry',
      source: SOURCE,
      uses: actions.dockerLogin,
      with: { registry: REGISTRY, username: '${{ github.actor }}', password: TOKEN },
    },
  ];
}
