import { checkout } from './checkout';
import { NODE_VERSION } from '../../../declaration/pins';
import type { WorkflowContext } from '../context';
import type { WorkflowStep } from '../model';

const SOURCE = 'steps/node.ts';

/**
 * Checks out the repository and installs its packages, for a job that runs the declaration.
 *
 * @param commands the commands that install the packages
 */
export function installSteps(context: WorkflowContext, commands: string): readonly WorkflowStep[] {
  return [
    checkout(context),
    {
      name: 'Set up Node.js',
      source: SOURCE,
      uses: context.actions.setupNode,
      with: { 'node-version': NODE_VERSION, 'package-manager-cache': false },
    },
    { name: 'Install dependencies', source: SOURCE, run: `${commands}\n` },
  ];
}
