import { cleanupWorkflow } from '../../../src/constructs/workflows/cleanup';
import { WorkflowContext } from '../../../src/constructs/workflows/context';
import { dockerWorkflow } from '../../../src/constructs/workflows/docker';
import { linuxWorkflow } from '../../../src/constructs/workflows/linux';
import type { CallJob, StepsJob, WorkflowDefinition } from '../../../src/constructs/workflows/model';
import { releaseWorkflow } from '../../../src/constructs/workflows/release';
import { reproduceWorkflow } from '../../../src/constructs/workflows/reproduce';
import { upgradeWorkflow } from '../../../src/constructs/workflows/upgrade';
import { windowsWorkflow } from '../../../src/constructs/workflows/windows';
import { resolvePlan } from '../../../src/plan/resolve';

const context = new WorkflowContext(
  resolvePlan({
    repository: 'Acme/Wheels',
    source: { folder: 'package' },
    wheels: [{ distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] }],
  }),
);
const WORKFLOWS: readonly WorkflowDefinition[] = [
  dockerWorkflow(context),
  linuxWorkflow(context),
  windowsWorkflow(context, (build) => build.conda.file),
  releaseWorkflow(context),
  reproduceWorkflow(context),
  upgradeWorkflow(context, 'npm ci'),
  cleanupWorkflow(context),
];
const jobsOf = ({ jobs }: WorkflowDefinition): Array<[string, StepsJob | CallJob]> => Object.entries(jobs);
const firstOf = (workflow: WorkflowDefinition): StepsJob => jobsOf(workflow)[0][1] as StepsJob;
const UNLESS_IN_FORK = "github.repository == 'Acme/Wheels' || !github.event.repository.fork";

test.each(WORKFLOWS.map((workflow) => [workflow.name, workflow] as const))(
  '%s.yml checks its repository before anything else',
  (_, workflow) => {
    const [[first], ...others] = jobsOf(workflow);
    expect(others.filter(([, job]) => !job.needs?.length)).toEqual([]);
    const { steps, outputs } = firstOf(workflow);
    expect(steps.slice(0, 2).map((step) => step.run ?? step.uses!.action)).toEqual([
      'actions/checkout',
      'python3 scripts/wheel_pipeline.pyz ci home --repository "$GITHUB_REPOSITORY" --fork "$FORK"\n',
    ]);
    expect(steps[1].env).toEqual({ GH_TOKEN: '${{ github.token }}', FORK: '${{ github.event.repository.fork }}' });
    expect(others.some(([, job]) => job.needs!.includes(first))).toBe(true);
    expect(JSON.stringify(outputs)).toMatch(/steps\.(home|changes)\.outputs\.(home|build)/);
  },
);

test.each(['release', 'reproduce', 'upgrade', 'cleanup'])('a fork skips all of %s.yml', (name) => {
  const workflow = WORKFLOWS.find((each) => each.name === name)!;
  expect(firstOf(workflow).if).toBe(UNLESS_IN_FORK);
  // The event of a schedule does not include the repository: the step queries GitHub.
  const [, [, next]] = jobsOf(workflow);
  expect([next.needs, next.if]).toEqual([['home'], "needs.home.outputs.home == 'true'"]);
});

test('a fork publishes no image, and its pull requests test theirs', () => {
  const { plan: first, try: tries, publish } = WORKFLOWS[0].jobs;
  expect(first.if).toBe(`github.event_name == 'pull_request' || ${UNLESS_IN_FORK}`);
  expect([tries.needs, tries.if]).toEqual([['plan'], "github.event_name == 'pull_request'"]);
  expect(publish.needs).toEqual(['plan']);
  expect(publish.if).toBe("github.event_name != 'pull_request' && needs.plan.outputs.home == 'true'");
});

test.each([1, 2])(
  'a fork builds wheels for pull requests, the merge queue and by hand, and reports always',
  (index) => {
    const { plan: first, green } = WORKFLOWS[index].jobs as Record<string, StepsJob>;
    expect(first.if).toBeUndefined();
    expect(first.steps.find(({ id }) => id === 'changes')!.if).toBe(
      "steps.home.outputs.home == 'true' || (github.event_name != 'push' && github.event_name != 'schedule')",
    );
    expect(green.if).toBe('always()');
  },
);
