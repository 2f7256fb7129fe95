/** The workflows that keep a pipeline up to date, and the image of several processors, as GitHub reads them. */
import { parse } from 'yaml';
import { cleanupWorkflow } from '../../../src/constructs/workflows/cleanup';
import { WorkflowContext } from '../../../src/constructs/workflows/context';
import { dockerWorkflow } from '../../../src/constructs/workflows/docker';
import { linuxWorkflow } from '../../../src/constructs/workflows/linux';
import type { WorkflowDefinition } from '../../../src/constructs/workflows/model';
import { checkPolicy } from '../../../src/constructs/workflows/policy';
import { upgradeWorkflow } from '../../../src/constructs/workflows/upgrade';
import { renderWorkflow } from '../../../src/constructs/workflows/workflow';
import type { WheelPipelineOptions } from '../../../src/declaration/pipeline';
import { Platform } from '../../../src/declaration/platform';
import type { Plan } from '../../../src/plan/plan';
import { resolvePlan } from '../../../src/plan/resolve';

const plan = (changes: Partial<WheelPipelineOptions> = {}): Plan =>
  resolvePlan({
    repository: 'owner/name',
    source: { folder: 'package' },
    wheels: [{ distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] }],
    ...changes,
  });

/** A workflow as GitHub reads it. */
function read(declare: (context: WorkflowContext) => WorkflowDefinition, of: Plan = plan()): any {
  const definition = declare(new WorkflowContext(of));
  checkPolicy('w', definition);
  return parse(renderWorkflow(definition, []));
}

const commands = (job: any): string => job.steps.map((step: any) => step.run ?? '').join('\n');

describe('upgrade.yml', () => {
  const declare = (of: WorkflowContext): WorkflowDefinition => upgradeWorkflow(of, 'npm ci');
  const { on, jobs } = read(declare);

  test('runs every week and by hand, or by hand alone', () => {
    expect(on).toEqual({ schedule: [{ cron: '29 4 * * 1' }], workflow_dispatch: {} });
    expect(read(declare, plan({ upkeep: { schedule: [] } })).on).toEqual({ workflow_dispatch: {} });
  });

  test("runs npm's packages only where nothing can be written", () => {
    expect(jobs.look.permissions).toEqual({ contents: 'read' });
    expect(commands(jobs.look)).toMatch(/npm ci[^]*upkeep look[^]*npx projen\n[^]*upkeep pack/);
    expect(jobs.propose.permissions).toEqual({ contents: 'read', issues: 'write' });
    expect(commands(jobs.propose)).not.toMatch(/npm|npx/);
  });

  test('becomes an app only where one is set up, with no more rights than a pull request needs', () => {
    const app = jobs.propose.steps.find((step: any) => step.id === 'app');
    expect(app.if).toBe("vars.UPGRADE_APP_CLIENT_ID != ''");
    expect(Object.keys(app.with)).toEqual([
      'client-id',
      'private-key',
      'permission-contents',
      'permission-pull-requests',
      'permission-workflows',
    ]);
    expect(jobs.propose.environment).toBe('upgrade');
    const { env } = jobs.propose.steps.at(-1);
    expect(env.GH_TOKEN).toBe('${{ steps.app.outputs.token || github.token }}');
    expect(env.AS).toBe("${{ vars.UPGRADE_APP_CLIENT_ID != '' && 'pull-request' || 'issue' }}");
  });

  test('proposes nothing where nothing is newer', () => {
    expect(jobs.propose.if).toBe("needs.look.outputs.found == 'true'");
    const guarded = jobs.look.steps.filter((step: any) => step.if === "steps.look.outputs.found == 'true'");
    expect(guarded.map((step: any) => step.name)).toEqual([
      'Synthesize the project',
      'Install uv',
      'Update the lock files of pip',
      'Pack the changed files',
      'Upload the upgrade',
    ]);
  });
});

describe('cleanup.yml', () => {
  test('removes images every week; by hand it only says what it would remove, unless told otherwise', () => {
    const { on, jobs } = read(cleanupWorkflow);
    expect(on.schedule).toHaveLength(1);
    expect(on.workflow_dispatch.inputs['dry-run'].default).toBe(true);
    expect(jobs.images.permissions).toEqual({ contents: 'read', packages: 'write' });
    expect(jobs.images.steps.at(-1).env.REMOVES).toBe('${{ !inputs.dry-run }}');
  });

  test("is there for GitHub's own registry only", () => {
    expect(plan().workflows).toContain('cleanup');
    expect(plan({ image: { name: 'quay.io/owner/name' } }).workflows).not.toContain('cleanup');
    expect(plan({ platforms: [Platform.WINDOWS_AMD64] }).workflows).not.toContain('cleanup');
  });
});

describe('the image of two processors', () => {
  const of = plan({ platforms: [Platform.LINUX_X86_64, Platform.LINUX_AARCH64] });
  const { jobs } = read(dockerWorkflow, of);

  test('is built and tried where each is at home, and pushed without a tag', () => {
    const runners = { 'linux-x86_64': 'ubuntu-24.04', 'linux-aarch64': 'ubuntu-24.04-arm' };
    for (const [id, runner] of Object.entries(runners)) {
      expect(jobs[`try-${id}`]['runs-on']).toBe(runner);
      expect(jobs[`push-${id}`]['runs-on']).toBe(runner);
      const push = jobs[`push-${id}`].steps.find((step: any) => step.id === 'push').with;
      expect(push.outputs).toBe('type=image,name=ghcr.io/owner/name,push-by-digest=true,name-canonical=true,push=true');
      expect([push.tags, push.push]).toEqual([undefined, undefined]);
      expect(push.sbom).toMatch(/^generator=.*@sha256:/);
      expect(jobs[`push-${id}`].steps.at(-1).name).toBe('Smoke-test the pushed image');
    }
  });

  test('is put together as one, which is signed and tagged, and in which the wheels are built', () => {
    const { publish, wheels } = jobs;
    expect(publish.needs).toEqual(['plan', 'push-linux-x86_64', 'push-linux-aarch64']);
    const together = publish.steps.find((step: any) => step.id === 'push');
    expect(together.env).toEqual({
      TAG: 'ghcr.io/owner/name:${{ github.sha }}',
      IMAGE_1: 'ghcr.io/owner/name@${{ needs.push-linux-x86_64.outputs.digest }}',
      IMAGE_2: 'ghcr.io/owner/name@${{ needs.push-linux-aarch64.outputs.digest }}',
    });
    expect(together.run).toContain('imagetools create --tag "$TAG" "$IMAGE_1" "$IMAGE_2"');
    const attest = publish.steps.find((step: any) => step.uses?.startsWith('actions/attest@'));
    expect(attest.with['subject-digest']).toBe('${{ steps.push.outputs.digest }}');
    expect(wheels.with.image).toBe('${{ needs.publish.outputs.image }}');
    expect(jobs.latest.needs).toEqual(['publish', 'wheels']);
  });

  test('is made for each of them in a run that changes it', () => {
    const linux = read(linuxWorkflow, of).jobs;
    expect(linux['toolchain-linux-aarch64']['runs-on']).toBe('ubuntu-24.04-arm');
    expect(linux['linux-aarch64'].needs).toContain('toolchain-linux-aarch64');
  });
});

test('one processor alone is built where it is at home', () => {
  const { jobs } = read(dockerWorkflow, plan({ platforms: [Platform.LINUX_AARCH64] }));
  expect([jobs.try['runs-on'], jobs.publish['runs-on']]).toEqual(['ubuntu-24.04-arm', 'ubuntu-24.04-arm']);
});
