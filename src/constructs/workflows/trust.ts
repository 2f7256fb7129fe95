/**
 * What no workflow of a pipeline may do with what others can write: caches, refs, images, credentials, artifacts. Each rule
 * stands for a fault that a workflow of ours once had.
 */
import type { CallJob, StepsJob, Value, WorkflowDefinition, WorkflowStep } from './model';

/** Throws an error that names the workflow, the job and the step, and says what would be right. */
export function checkTrust(id: string, definition: WorkflowDefinition): void {
  checkRequired(id, definition);
  checkConcurrency(id, definition);
  const releases = Object.values(definition.jobs).some((job) => job.permissions?.contents === 'write');
  for (const [jobId, job] of Object.entries(definition.jobs)) {
    const at = `workflow ${id}, job ${jobId}`;
    if ('calls' in job) checkCall(at, job, releases);
    else checkSteps(at, job, 'workflow_call' in definition.on);
  }
}

type Trigger = { readonly [key: string]: Value | undefined };

/** What the merge queue waits for has to report on every pull request. */
function checkRequired(id: string, { on, jobs }: WorkflowDefinition): void {
  if (!('merge_group' in on) || !('workflow_call' in on)) return;
  const { paths } = (on.pull_request ?? {}) as Trigger;
  check(
    paths === undefined,
    `workflow ${id}`,
    'must run on every pull request: a required one with paths never reports',
  );
  const others = Object.keys(jobs);
  const reports = Object.entries(jobs).some(
    ([own, job]) => job.if === 'always()' && others.every((other) => other === own || job.needs?.includes(other)),
  );
  check(reports, `workflow ${id}`, "must have a job that always runs and needs all others: the one that's required");
}

/** Of the runs that wait in a group, GitHub keeps only the newest. */
function checkConcurrency(id: string, { concurrency }: WorkflowDefinition): void {
  if (!concurrency) return;
  check(
    concurrency.group.includes('github.run_id'),
    `workflow ${id}`,
    'must have a group of its own for every run but those of a pull request: github.run_id',
  );
}

/** What is released is made from nothing of other runs. */
function checkCall(at: string, job: CallJob, releases: boolean): void {
  if (!releases) return;
  check(
    job.cacheMode === 'none',
    at,
    'must give a called workflow no cache, since the caller releases: cacheMode none',
  );
  check(
    job.with?.fresh === true,
    at,
    'must have everything made anew, since the caller releases: with: { fresh: true }',
  );
}

const DIGEST = /@sha256:[0-9a-f]{64}\b/;

/** Expressions that name a commit, or nothing. */
const COMMITS = /^\$\{\{ (inputs\.ref|needs\.plan\.outputs\.commit|steps\.tag\.outputs\.commit) \}\}$/;

/** An expression for the layers to reuse: the plan job's output, which is an image by digest or empty. */
const VERIFIED_LAYERS =
  /^\$\{\{ (?:github\.event_name != 'workflow_dispatch' && )?(needs\.plan\.outputs\.layers-image[\w-]*) && format\('type=registry,ref=\{0\}', \1\) \|\| '' \}\}$/;

/** The action that becomes somebody with more rights than a job has. */
const APP_TOKEN = 'actions/create-github-app-token';

/** Whoever may write runs no code that others can change: npm's packages bring scripts of their own. */
function checkRights(at: string, job: StepsJob): void {
  const app = job.steps.filter((step) => step.uses?.action === APP_TOKEN);
  const writes = app.length > 0 || Object.values(job.permissions ?? {}).includes('write');
  const npm = job.steps.find((step) => /\bnp[mx]\b/.test(step.run ?? ''));
  check(!writes || npm === undefined, at, `must not run npm or npx (${npm?.name}): it may write`);
  for (const { name, with: given = {} } of app) {
    const limited = Object.keys(given).some((input) => input.startsWith('permission-'));
    check(limited, `${at}, step "${name}"`, 'must say what its token may do at most: permission-contents and so on');
    check(job.environment !== undefined, at, "must have an environment: the app's key is that environment's alone");
  }
}

function checkSteps(at: string, job: StepsJob, called: boolean): void {
  checkRights(at, job);
  check(
    job.container?.credentials === undefined,
    at,
    'must not have credentials for its container: they go to whatever registry its image names',
  );
  job.steps.forEach((step) => checkStep(`${at}, step "${step.name}"`, step, called));
}

function checkStep(at: string, step: WorkflowStep, called: boolean): void {
  const action = step.uses?.action ?? '';
  const given = step.with ?? {};
  if (action === 'actions/checkout') {
    const ref = given.ref as string | undefined;
    check(ref === undefined || COMMITS.test(ref), at, `must check out a commit, not what ${ref} is called`);
  }
  if (action === 'actions/cache/save') {
    const guards = ['!inputs.fresh', '!inputs.ref', "github.ref == 'refs/heads/"];
    check(
      guards.every((guard) => step.if?.includes(guard)),
      at,
      'must save for others only what the default branch builds of itself: caches.ts, maySave',
    );
  }
  if (action === 'actions/cache/restore') {
    check(
      !called || Boolean(step.if?.includes('!inputs.fresh')),
      at,
      'must not restore where a release calls: MAY_READ',
    );
  }
  if (action === 'mamba-org/setup-micromamba') {
    const cache = String(given['cache-environment'] ?? 'false');
    const trusted = cache === 'false' || (cache.includes('!inputs.fresh') && cache.includes('!inputs.ref'));
    check(trusted, at, 'must not cache the environment of a release, nor that of another commit');
  }
  if (action === 'docker/setup-buildx-action') {
    check(DIGEST.test(String(given['driver-opts'])), at, 'must name the image of BuildKit by digest: driver-opts');
  }
  if (action === 'docker/build-push-action') {
    const scanner = given.sbom ?? false;
    check(scanner === false || DIGEST.test(String(scanner)), at, 'must name what lists its contents by digest: sbom');
    const caches = `${String(given['cache-to'] ?? '')} ${String(given['cache-from'] ?? '')}`;
    check(!caches.includes('type=gha'), at, "must not keep an image's layers in the cache: they push the others out");
    const from = given['cache-from'] ?? '';
    check(
      from === '' || VERIFIED_LAYERS.test(String(from)),
      at,
      'must not reuse layers of an image that its plan job did not verify: cache-from',
    );
  }
  if (action === 'docker/login-action') {
    check(given.registry === 'ghcr.io', at, "must not give the job's token to a registry other than ghcr.io");
  }
  if (action === 'actions/upload-artifact') {
    check(given['retention-days'] !== undefined, at, 'must say for how many days its artifact is kept');
    const logs = String(given.name).startsWith('logs-');
    check(!logs || step.if === '!success()', at, 'must keep logs of a failure, a timeout and a stop alike: !success()');
  }
}

function check(condition: boolean, at: string, message: string): void {
  if (!condition) throw new Error(`${at} ${message}`);
}
