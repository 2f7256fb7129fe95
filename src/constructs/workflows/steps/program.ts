/** The Python program of the pipeline: how a job installs and runs it. */
import type { Plan } from '../../../plan/plan';
import type { WorkflowStep } from '../model';

const SOURCE = 'steps/program.ts';

/**
 * Installs the requirements of the program's sources for the steps after it; the packed program needs nothing. The
 * runner's own Python belongs to its distribution: the packages go into a virtual environment.
 */
export function installRuntime({ program }: Plan): WorkflowStep[] {
  if (program.requirements === null) return [];
  return [
    {
      name: 'Install the program requirements',
      source: SOURCE,
      run: [
        'python3 -m venv "$RUNNER_TEMP/runtime"',
        `"$RUNNER_TEMP/runtime/bin/pip" install --quiet --retries 5 --require-hashes --requirement ${program.requirements}`,
        'echo "$RUNNER_TEMP/runtime/bin" >>"$GITHUB_PATH"',
        '',
      ].join('\n'),
    },
  ];
}

/** The command that runs the program. */
export function runProgram({ program }: Plan): string {
  return `python3 ${program.path}`;
}
