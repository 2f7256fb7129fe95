import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { WorkflowContext } from '../../../src/constructs/workflows/context';
import { dockerWorkflow } from '../../../src/constructs/workflows/docker';
import { linuxWorkflow } from '../../../src/constructs/workflows/linux';
import type { WorkflowDefinition } from '../../../src/constructs/workflows/model';
import { releaseWorkflow } from '../../../src/constructs/workflows/release';
import { reproduceWorkflow } from '../../../src/constructs/workflows/reproduce';
import { CACHE_SIZES, compilerCacheSize } from '../../../src/constructs/workflows/steps/caches';
import { windowsWorkflow } from '../../../src/constructs/workflows/windows';
import { renderWorkflow } from '../../../src/constructs/workflows/workflow';
import type { WheelPipelineOptions } from '../../../src/declaration/pipeline';
import { WorkflowName } from '../../../src/declaration/pipeline';
import { Platform, System } from '../../../src/declaration/platform';
import type { Plan } from '../../../src/plan/plan';
import { resolvePlan } from '../../../src/plan/resolve';

const declaration: WheelPipelineOptions = {
  repository: 'owner/name',
  source: { folder: 'package' },
  toolchain: { vulkan: true },
  wheels: [{ distribution: 'thing', reuse: true, checks: [{ name: 'import', imports: ['thing'] }] }],
};
const variant = (name: string) => ({ name, suffix: name.replace(/\W/g, ''), wheels: [{ distribution: 'thing' }] });
const plan = (changes: Partial<WheelPipelineOptions> = {}): Plan => resolvePlan({ ...declaration, ...changes });

const declare: Record<string, (context: WorkflowContext) => WorkflowDefinition> = {
  docker: dockerWorkflow,
  linux: linuxWorkflow,
  windows: (of) => windowsWorkflow(of, (build) => build.conda.file),
  release: releaseWorkflow,
  reproduce: reproduceWorkflow,
};
interface Step {
  readonly name: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Record<string, any>;
  readonly env?: Record<string, string>;
  readonly run?: string;
}
interface Job {
  readonly needs?: string[];
  readonly if?: string;
  readonly permissions: Record<string, string>;
  readonly with?: Record<string, any>;
  readonly environment?: string;
  readonly steps?: Step[];
  readonly [key: string]: any;
}
/** A workflow as GitHub reads it. */
const read = (name: string, of: Plan = plan()): { on: any; jobs: Record<string, Job>; concurrency: any } =>
  parse(renderWorkflow(declare[name](new WorkflowContext(of)), []));
const steps = (job: Job): Step[] => job.steps ?? [];
const uses = (job: Job, action: string): Step[] => steps(job).filter((step) => step.uses?.startsWith(`${action}@`));
const everyJob = (of = plan()): Array<[string, Job]> =>
  Object.keys(declare).flatMap((name) =>
    Object.entries(read(name, of).jobs).map(([id, job]): [string, Job] => [`${name}/${id}`, job]),
  );

describe('one commit', () => {
  const { jobs, on } = read('release');

  test('the tag is resolved once, by the program, and every job after works on that commit', () => {
    const plans = steps(jobs.plan).filter((step) => step.run?.includes('release plan --tag'));
    expect(plans).toHaveLength(1);
    expect(plans[0].run).toContain('--ref "$GITHUB_REF" --sha "$GITHUB_SHA"');
    for (const id of ['verify', 'attest', 'publish']) {
      expect(uses(jobs[id], 'actions/checkout').map((step) => step.with!.ref)).toEqual([
        '${{ needs.plan.outputs.commit }}',
      ]);
    }
    for (const id of ['linux', 'windows']) expect(jobs[id].with!.ref).toBe('${{ needs.plan.outputs.commit }}');
    const refs = Object.values(jobs).flatMap((job) => uses(job, 'actions/checkout').map((step) => step.with!.ref));
    expect([...new Set(refs)]).toEqual([
      undefined,
      '${{ steps.tag.outputs.commit }}',
      '${{ needs.plan.outputs.commit }}',
    ]);
  });

  test('whoever checks, signs or publishes asks whether the tag names it still', () => {
    for (const [id, command] of [
      ['verify', 'release same-commit'],
      ['attest', 'release same-commit'],
      ['publish', '--tag-commit "$COMMIT"'],
    ]) {
      const step = steps(jobs[id]).find((each) => each.run?.includes(command))!;
      expect(step.env).toMatchObject({ COMMIT: '${{ needs.plan.outputs.commit }}', GH_TOKEN: '${{ github.token }}' });
    }
    const attest = steps(jobs.attest).map((step) => step.name);
    expect(attest.indexOf('Verify that the tag has not moved')).toBeLessThan(attest.indexOf('Attest the wheels'));
  });

  test('a run by hand is a dry run unless it says otherwise, and only one that publishes asks for more', () => {
    expect(on.workflow_dispatch.inputs['dry-run'].default).toBe(true);
    for (const { if: condition } of [jobs.attest, jobs.publish]) expect(condition).toContain('!inputs.dry-run');
    expect(steps(jobs.plan)[1].env!.PUBLISHES).toBe('${{ !inputs.dry-run }}');
  });
});

describe('trusted inputs', () => {
  test('a cache is saved by builds of the default branch alone, and read by no release', () => {
    const all = everyJob().flatMap(([, job]) => [
      ...uses(job, 'actions/cache/save'),
      ...uses(job, 'actions/cache/restore'),
    ]);
    expect(all.length).toBeGreaterThan(8);
    for (const step of all) {
      expect(step.if).toContain('!inputs.fresh');
      if (step.uses!.includes('/save@')) {
        expect(step.if).toContain("!inputs.ref && github.ref == 'refs/heads/main'");
      }
    }
    for (const [, job] of everyJob()) {
      for (const step of uses(job, 'mamba-org/setup-micromamba')) {
        expect(step.with!['cache-environment']).toBe('${{ !inputs.fresh && !inputs.ref }}');
        // What it runs has been downloaded before, by its hash.
        expect(step.with!['download-micromamba']).toBe(false);
        const got = job.steps!.find(({ name }) => name?.startsWith('Download micromamba'))!;
        expect(`${got.env!.FOLDER}/${got.env!.FILE}`).toBe(step.with!['micromamba-binary-path']);
      }
    }
  });

  test.each([
    ['is kept where it has its hash', 0, true],
    ['is removed, and ends the job, where it has another', 1, false],
  ])('micromamba for Windows %s', (_, status, kept) => {
    const folder = mkdtempSync(join(tmpdir(), 'micromamba-'));
    const got = Object.values(read('windows').jobs)
      .flatMap((job) => job.steps ?? [])
      .find(({ name }) => name?.startsWith('Download micromamba'))!;
    const sha256 = createHash('sha256')
      .update(kept ? `from ${got.env!.URL}\n` : 'another')
      .digest('hex');
    const path = [resolve(__dirname, '../../e2e/stand-ins/release'), process.env.PATH].join(':');
    const env = { ...process.env, ...got.env, PATH: path, FOLDER: join(folder, 'with blanks'), SHA256: sha256 };
    const ran = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', got.run!], { env });
    expect([ran.status, existsSync(join(folder, 'with blanks/micromamba.exe'))]).toEqual([status, kept]);
    expect(ran.stdout.toString()).toContain(kept ? '' : `::error::${got.env!.URL} does not have the pinned SHA-256`);
    rmSync(folder, { recursive: true });
  });

  test('a release has everything made anew, and GitHub gives it no cache', () => {
    const { jobs } = read('release');
    for (const id of ['linux', 'windows']) {
      expect(jobs[id]).toMatchObject({ 'cache-mode': 'none', with: { fresh: true } });
    }
  });

  test('a release is built in the image of its commit, which docker.yml signed on the default branch', () => {
    const { jobs } = read('release');
    const names = steps(jobs.plan).map((step) => step.name);
    expect(names.indexOf("Check out the tag's commit")).toBe(names.indexOf('Log in to the registry') - 1);
    expect(steps(jobs.plan).at(-1)!.run).toContain('ci images --released');
    expect(jobs.linux.with!.image).toBe('${{ needs.plan.outputs.image }}');
    const run = steps(read('docker').jobs.publish).map((step) => step.run ?? step.name);
    expect(run.findIndex((text) => text.includes('imagetools create'))).toBeGreaterThan(
      run.findIndex((text) => text.includes('Attest')),
    );
  });

  test('a run finds its image once, in a job that can verify its provenance', () => {
    const { jobs } = read('linux');
    const finds = Object.entries(jobs).filter(([, job]) => steps(job).some(({ run }) => run?.includes('ci images')));
    expect(finds.map(([id]) => id)).toEqual(['plan']);
    const find = steps(jobs.plan).find(({ run }) => run?.includes('ci images'))!;
    expect(find.run).toContain('--visibility "$VISIBILITY"');
    expect(find.run).toContain('--workflow-ref "$GITHUB_WORKFLOW_REF" --given "image=$GIVEN_IMAGE"');
    expect(find.env).toEqual({
      GH_TOKEN: '${{ github.token }}',
      VISIBILITY: '${{ github.event.repository.visibility }}',
      GIVEN_IMAGE: '${{ inputs.image }}',
    });
    // Only docker.yml uses the tag latest, to move it.
    const named = everyJob().filter(([, job]) => /:latest/.test(JSON.stringify(job)));
    expect(named.map(([id]) => id)).toEqual(['docker/latest']);
  });

  test.each([
    [undefined, { attestations: 'read', actions: 'read' }],
    [true, { attestations: 'read' }],
    [false, { actions: 'read' }],
  ])('jobs that verify an image, and their callers, have the permissions for it (attest: %s)', (attest, proof) => {
    const of = plan({ release: { attest } });
    const all = Object.fromEntries(everyJob(of));
    for (const id of [
      'linux/plan',
      'docker/plan',
      'docker/wheels',
      'release/plan',
      'release/linux',
      'reproduce/linux',
    ]) {
      expect([id, all[id].permissions]).toEqual([id, { contents: 'read', packages: 'read', ...proof }]);
    }
    for (const id of ['linux/linux-x86_64', 'linux/test-linux-x86_64', 'windows/plan', 'release/windows']) {
      expect([id, Object.keys(all[id].permissions).sort().join()]).toEqual([
        id,
        expect.stringMatching(/^contents(,packages)?$/),
      ]);
    }
  });

  test('an image that is declared by digest needs no provenance, and each variant declares its own', () => {
    const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
    const of = plan({
      workflows: [WorkflowName.LINUX],
      image: { name: 'example.com/image', digest: digest('1') },
      variants: [{ ...variant('gpu'), imageDigest: digest('2') }],
    });
    expect(of.builds.map(({ imageDigest }) => imageDigest)).toEqual([digest('1'), digest('2')]);
    expect(plan().builds[0].imageDigest).toBeNull();
    const { plan: planned, 'toolchain-linux-x86_64': toolchain } = read('linux', of).jobs;
    expect(planned.permissions).toEqual({ contents: 'read', packages: 'read' });
    expect(toolchain.if).toContain("needs.plan.outputs.build-image == 'true'");
  });

  test('only ghcr.io gets the token, and no workflow asks a variable for its image', () => {
    const elsewhere = plan({ image: { name: 'registry.example.com/thing' } });
    for (const [id, job] of everyJob(elsewhere)) expect([id, uses(job, 'docker/login-action')]).toEqual([id, []]);
    expect(everyJob().flatMap(([, job]) => uses(job, 'docker/login-action')).length).toBeGreaterThan(3);
    expect(JSON.stringify(everyJob())).not.toMatch(/TOOLCHAIN_IMAGE'?\]? ?\|\|/);
    expect(JSON.stringify(everyJob())).not.toContain('credentials":{');
  });

  test.each(['linux', 'windows'])('%s: what is tested is what was built, and the test cannot change it', (name) => {
    const { jobs, on } = read(name);
    const platform = name === 'linux' ? 'linux-x86_64' : 'windows-amd64';
    const [build, tests] = [jobs[platform], jobs[`test-${platform}`]];
    expect(build.outputs.sums).toBe('${{ steps.sums.outputs.sums }}');
    expect(on.workflow_call.outputs[`sums-${platform}`].value).toBe(`\${{ jobs.${platform}.outputs.sums }}`);
    expect(uses(build, 'actions/upload-artifact')[0].with).toMatchObject({
      name: `wheels-${platform}`,
      'if-no-files-found': 'error',
    });
    expect(steps(build).some((step) => step.run?.includes('test.'))).toBe(false);
    const order = steps(tests).map((step) => step.name);
    expect(order.indexOf('Verify wheel checksums')).toBeLessThan(order.indexOf('Test the wheels'));
    const uploads = uses(tests, 'actions/upload-artifact').map((step) => step.with!.name);
    expect(uploads).toEqual([`test-report-${platform}`, `logs-test-${platform}`]);
    expect(Object.values(tests.permissions)).not.toContain('write');
  });

  test('a release asks for the reports, and for the hash that each build told', () => {
    const { jobs } = read('release');
    const verify = steps(jobs.verify).find((step) => step.run?.includes('release verify'))!;
    expect(verify.run).toContain('--require-tests --expect-sums "linux-x86_64=$SUMS_LINUX_X86_64"');
    expect(verify.env!.SUMS_WINDOWS_AMD64).toBe('${{ needs.windows.outputs.sums-windows-amd64 }}');
    for (const id of ['verify', 'attest', 'publish']) {
      const names = uses(jobs[id], 'actions/download-artifact').map((step) => step.with!.name);
      expect(names).toEqual(expect.arrayContaining(['wheels-windows-amd64', 'test-report-windows-amd64']));
    }
  });
});

describe('warm caches, and checks that report', () => {
  test.each(['linux', 'windows'])('%s.yml runs for pushes to the default branch, the queue and the clock', (name) => {
    const { on, jobs } = read(name, plan({ triggers: { defaultBranch: 'trunk', schedule: ['1 2 * * 3'] } }));
    expect(on.push.branches).toContain('trunk');
    expect(on.push.paths).toEqual(
      expect.arrayContaining(['scripts/**', 'package/**', `.github/workflows/${name}.yml`]),
    );
    expect(on.pull_request.paths).toBeUndefined();
    expect(on.merge_group).toEqual({});
    expect(on.schedule).toEqual([{ cron: '1 2 * * 3' }]);
    expect(read(name, plan({ triggers: { schedule: [] } })).on.schedule).toBeUndefined();
    expect(jobs.green).toMatchObject({ if: 'always()', needs: Object.keys(jobs).filter((id) => id !== 'green') });
    const planned = steps(jobs.plan).find((step) => step.run?.includes('ci changes'))!;
    for (const path of on.push.paths) expect(planned.run).toContain(`--path '${path}'`);
    expect(planned.env!.BASE).toBe('${{ github.event.merge_group.base_sha || github.event.before }}');
    expect(planned.run).toContain('--base "$BASE"');
  });

  test('a push that changes the image starts only docker.yml, if it runs for every branch', () => {
    const pushed = (changes: Partial<WheelPipelineOptions> = {}) => read('linux', plan(changes)).on.push.paths;
    expect(pushed()).toEqual(['scripts/**', '.github/workflows/linux.yml', 'package/**']);
    expect(pushed({ source: { folder: '.' } })).toEqual(expect.arrayContaining(['**', '!docker/**', '!.dockerignore']));
    const planned = steps(read('linux').jobs.plan).find((step) => step.run?.includes('ci changes'))!;
    for (const path of read('docker').on.push.paths) expect(planned.run).toContain(`--image-path '${path}'`);
    expect(planned.run).toContain(`--path 'docker/**' --path '.dockerignore'`);
    expect(planned.env!.GH_TOKEN).toBe('${{ github.token }}');
    // docker.yml does not run for the other branch, or does not exist.
    const image = { digest: `sha256:${'1'.repeat(64)}` };
    for (const changes of [{ triggers: { pushBranches: ['other'] } }, { workflows: [WorkflowName.LINUX], image }]) {
      expect(pushed(changes)).toEqual(expect.arrayContaining(['docker/**', '.dockerignore']));
    }
    expect(pushed({ triggers: { pushBranches: ['other'] }, image: { branches: ['other'] } })).not.toContain(
      'docker/**',
    );
  });

  test('changes of the Conda environment start the Windows build, changes of the image do not', () => {
    const python = { name: 'thing', version: '1', sha256: ['a'.repeat(64)] };
    const paths = (system?: System) =>
      read('windows', plan({ toolchain: { pythonPackages: [{ ...python, system }] } })).on.push.paths;
    const own = ['docker/environment.yml', 'docker/conda-win-64.lock'];
    expect(paths(System.LINUX)).toEqual(['scripts/**', ...own, '.github/workflows/windows.yml', 'package/**']);
    expect(paths()).toContain('docker/requirements.txt');
    const planned = steps(read('windows').jobs.plan).find((step) => step.run?.includes('ci changes'))!;
    expect(planned.run).not.toMatch(/docker\/\*|Dockerfile|--image-path/);
  });

  test.each([
    ['one platform', { platforms: [Platform.LINUX_X86_64] }],
    ['two', {}],
    ['all', { platforms: Object.values(Platform), variants: ['a', 'b', 'c', 'd'].map(variant) }],
  ])('the caches of %s fit into what GitHub keeps, with room', (_, changes) => {
    const of = plan(changes);
    const { all, room, generations, keptWheels, vulkanSdk, conda } = CACHE_SIZES;
    const count = of.builds.flatMap((build) => build.platforms).length;
    const windows = of.builds[0].systems.includes('windows') ? 1 : 0;
    const sum =
      count * generations * (compilerCacheSize(of) + keptWheels) + windows * generations * conda + windows * vulkanSdk;
    expect(sum).toBeLessThanOrEqual(all - room);
    const { jobs } = read('linux', of);
    const build = steps(jobs['linux-x86_64']).find((step) => step.name === 'Build the wheels')!;
    expect(build.env!.SCCACHE_CACHE_SIZE).toBe(`${compilerCacheSize(of)}M`);
  });

  test("no platform takes another one's cache, though its name may begin as that one's does", () => {
    const of = plan({ platforms: [Platform.LINUX_X86_64], variants: ['gpu', 'gpu-1', 'gpu-1.0'].map(variant) });
    const { jobs } = read('linux', of);
    const caches = Object.values(jobs).flatMap((job) => uses(job, 'actions/cache/restore').map((step) => step.with!));
    expect(caches).toHaveLength(8);
    for (const { key, 'restore-keys': prefix } of caches) {
      expect(caches.filter((each) => each.key.startsWith(prefix))).toEqual([expect.objectContaining({ key })]);
    }
  });

  test('no run takes the place of another one that waits, but for a pull request', () => {
    for (const name of ['docker', 'linux', 'windows']) {
      expect(read(name).concurrency).toEqual({
        group: `${name}-\${{ github.event_name == 'pull_request' && github.ref || github.run_id }}`,
        'cancel-in-progress': "${{ github.event_name == 'pull_request' }}",
      });
    }
    expect(read('release').concurrency.group).toBe(
      'release-${{ inputs.dry-run && github.run_id || inputs.tag || github.ref_name }}',
    );
  });
});

describe('after the plan', () => {
  const { jobs } = read('linux');

  test('no wheel is built where it failed, whatever it had said before', () => {
    expect(jobs['linux-x86_64'].if).toContain("!cancelled() && needs.plan.result == 'success' && ");
  });

  test('the registry is asked only where there is something to build', () => {
    for (const name of ['Log in to the registry', 'Find the toolchain image']) {
      const step = steps(jobs.plan).find((each) => each.name === name)!;
      expect(step.if).toBe("steps.changes.outputs.build == 'true'");
    }
  });
});

describe('a variant for a device', () => {
  const gpu = { ...variant('gpu-1.0'), platforms: [Platform.LINUX_X86_64], deviceOptions: '--gpus all' };
  const [id, tests] = ['linux-x86_64-gpu-1_0', 'test-linux-x86_64-gpu-1_0'];
  const optionsOf = (job: Job) => steps(job).map((step) => step.env?.DOCKER_OPTIONS);

  test('is built without it, as everything else is, and tested where a variable names a runner that has it', () => {
    const { jobs } = read('linux', plan({ variants: [gpu] }));
    for (const each of [id, `toolchain-${id}`]) expect(jobs[each]['runs-on']).toBe('ubuntu-24.04');
    expect(JSON.stringify(jobs[id])).not.toMatch(/DOCKER_OPTIONS|vars\./);
    expect(jobs[tests]).toMatchObject({
      'runs-on': '${{ vars.RUNNER_GPU_1_0 }}',
      if: `!cancelled() && needs.${id}.result == 'success' && vars.RUNNER_GPU_1_0 != ''`,
    });
    expect(optionsOf(jobs[tests])).toContain('--gpus all');
    expect(JSON.stringify(read('linux').jobs)).not.toContain('vars.');
  });

  test('causes a warning if its tests were skipped, and the run passes', () => {
    const { green } = read('linux', plan({ variants: [gpu] })).jobs;
    const [said, seen] = steps(green);
    expect(said.if).toBe(`needs.${id}.result == 'success' && needs.${tests}.result == 'skipped'`);
    const bash = (run: string, env = {}) => spawnSync('bash', ['-ec', run], { env: { ...process.env, ...env } });
    expect(bash(said.run!).stdout.toString()).toMatch(
      /^::warning title=Not tested::Linux x86-64, gpu-1\.0 was built but not tested: .* RUNNER_GPU_1_0\b.*\n$/,
    );
    expect(bash(seen.run!, { RESULTS: 'success success skipped' }).status).toBe(0);
    expect(bash(seen.run!, { RESULTS: 'success failure skipped' }).status).toBe(1);
    expect(steps(read('linux').jobs.green)).toHaveLength(1);
  });

  test('is tested always where its runner is declared', () => {
    const { jobs } = read('linux', plan({ variants: [{ ...gpu, runsOn: ['self-hosted', 'gpu'] }] }));
    expect(jobs[tests].if).toBe(`!cancelled() && needs.${id}.result == 'success'`);
    expect(optionsOf(jobs[tests])).toContain('--gpus all');
    expect(steps(jobs.green)).toHaveLength(1);
  });
});

describe('a change to the toolchain', () => {
  test('is tried with wheels that are built in the image of that very run, which nobody has to have published', () => {
    const { jobs } = read('linux');
    const toolchain = jobs['toolchain-linux-x86_64'];
    expect(toolchain.if).toContain("needs.plan.outputs.build-image == 'true'");
    expect(toolchain.permissions).toEqual({ contents: 'read', packages: 'read' });
    for (const id of ['linux-x86_64', 'test-linux-x86_64']) {
      expect(jobs[id].needs).toContain('toolchain-linux-x86_64');
      const [download] = uses(jobs[id], 'actions/download-artifact');
      expect(download).toMatchObject({ if: '!needs.plan.outputs.image', with: { name: 'toolchain-linux-x86_64' } });
      const work = steps(jobs[id]).find((step) => step.run?.includes('docker.sh in "$IMAGE"'))!;
      expect(work.env!.IMAGE).toBe("${{ needs.plan.outputs.image || 'toolchain:local' }}");
    }
  });

  test('reuses the layers of an image that the plan job verified, except in manual runs', () => {
    const builds = everyJob().flatMap(([id, job]) =>
      uses(job, 'docker/build-push-action').map((step) => ({ id, step })),
    );
    const ids = ['docker/try', 'docker/publish', 'docker/publish', 'linux/toolchain-linux-x86_64'];
    expect(builds.map(({ id }) => id)).toEqual(ids);
    for (const { step } of builds) {
      const layers = 'needs.plan.outputs.layers-image';
      expect(step.with!['cache-from']).toBe(
        `\${{ github.event_name != 'workflow_dispatch' && ${layers} && format('type=registry,ref={0}', ${layers}) || '' }}`,
      );
      expect(step.with!['cache-to']).toBe(step.with!.push ? 'type=inline' : undefined);
    }
  });

  test('is labelled with the hash of all its build files, including the Dockerfile', () => {
    for (const [, job] of everyJob()) {
      for (const { with: given } of uses(job, 'docker/build-push-action')) {
        expect(given!['build-args'].split('\n')).toContain('ENVIRONMENT=${{ steps.environment.outputs.tag }}');
        const names = steps(job).map(({ name, run }) => run ?? name);
        const tagged = names.indexOf('python3 scripts/wheel_pipeline.pyz ci image-tag\n');
        expect([tagged > 0, tagged < names.indexOf('Build the image')]).toEqual([true, true]);
      }
    }
  });

  test('becomes the latest only after wheels were built in it, and on the default branch', () => {
    const { jobs } = read('docker');
    expect(jobs.wheels).toMatchObject({ needs: ['publish'], with: { image: '${{ needs.publish.outputs.image }}' } });
    expect(jobs.latest).toMatchObject({ needs: ['publish', 'wheels'], if: "github.ref == 'refs/heads/main'" });
    const moves = everyJob().filter(([, job]) => /--tag \S+:latest/.test(JSON.stringify(job)));
    expect(moves.map(([id]) => id)).toEqual(['docker/latest']);
    // An older run may end later, and whatever starts a run of its own is what makes an image a newer one.
    const [asks] = steps(jobs.latest).filter((step) => step.run?.includes('ci newest'));
    for (const path of read('docker').on.push.paths) expect(asks.run).toContain(` --path '${path}'`);
    const move = steps(jobs.latest).find((step) => step.run?.includes('imagetools'))!;
    expect(move.if).toBe("steps.newest.outputs.newest == 'true'");
    const alone = read('docker', plan({ workflows: [WorkflowName.DOCKER] }));
    expect(alone.on.pull_request.paths).toContain('docker/**');
    expect(alone.jobs.latest.needs).toEqual(['publish']);
  });
});

describe('publishing', () => {
  test('may wait for 30 days: what it needs stays longer, and other wheels do not', () => {
    for (const name of ['linux', 'windows']) {
      const uploads = Object.values(read(name).jobs).flatMap((job) => uses(job, 'actions/upload-artifact'));
      const kept = uploads.filter((step) => /^(wheels|test-report)-/.test(step.with!.name));
      expect(kept.map((step) => step.with!['retention-days'])).toEqual(
        Array(2).fill('${{ inputs.fresh && 35 || 14 }}'),
      );
    }
    const [signature] = uses(read('release').jobs.attest, 'actions/upload-artifact');
    expect(signature.with!['retention-days']).toBe(35);
  });

  test("the image that a run builds for its own jobs is kept for a day: it exceeds a private repository's storage", () => {
    const { jobs } = read('linux');
    const images = Object.values(jobs).flatMap((job) =>
      uses(job, 'actions/upload-artifact').filter((step) => step.with!.name.startsWith('toolchain-')),
    );
    expect(images.map((step) => step.with!['retention-days'])).toEqual([1]);
    expect(jobs['toolchain-linux-x86_64'].if).toContain("needs.plan.outputs.build-image == 'true'");
  });

  test('waits for an environment, which can have another name, or none', () => {
    expect(read('release').jobs.publish.environment).toBe('release');
    expect(read('release', plan({ release: { environment: 'pypi' } })).jobs.publish.environment).toBe('pypi');
    expect(read('release', plan({ release: { useEnvironment: false } })).jobs.publish.environment).toBeUndefined();
  });

  test('uploads the signature for the release', () => {
    const { jobs } = read('release');
    expect(jobs.attest.permissions).toEqual({
      contents: 'read',
      'id-token': 'write',
      attestations: 'write',
    });
    // Only what is pushed to a registry has a record of where it is kept.
    expect(read('docker').jobs.publish.permissions).toMatchObject({ 'artifact-metadata': 'write' });
    expect(steps(jobs.publish).at(-1)!.run).toContain('--signature signature/wheels.sigstore.json');
  });

  const PUBLIC = "github.event.repository.visibility == 'public'";
  const NOT_PUBLIC = PUBLIC.replace('==', '!=');
  const [MAIN, WITHIN] = ["github.ref == 'refs/heads/main'", '!inputs.dry-run'];
  const AFTER = `!cancelled() && ${WITHIN} && needs.verify.result == 'success'`;
  const imageSteps = (of: Plan) => steps(read('docker', of).jobs.publish);

  test.each([
    // The option; the conditions of attesting, of publishing, and of recording digests instead.
    [undefined, PUBLIC, `${AFTER} && needs.attest.result == (${PUBLIC} && 'success' || 'skipped')`, NOT_PUBLIC],
    [true, '', WITHIN, null],
    [false, null, WITHIN, ''],
  ])('attests if GitHub can, or as declared (attest: %s)', (attest, where, publishes, elsewhere) => {
    const of = plan({ release: { attest } });
    const both = (one: string, other: string) => [one, other].filter(Boolean).join(' && ');
    const { attest: attests, publish } = read('release', of).jobs;
    expect([attests?.if, publish.if]).toEqual([where === null ? undefined : both(WITHIN, where), publishes]);
    const signs = imageSteps(of).filter((step) => step.uses?.startsWith('actions/attest@'));
    expect(signs.map((step) => step.if ?? '')).toEqual(where === null ? [] : [where]);
    const records = imageSteps(of).filter(({ name }) => /record|digest/.test(name));
    expect(records.map((step) => step.if)).toEqual(elsewhere === null ? [] : Array(2).fill(both(MAIN, elsewhere)));
    const told = steps(publish).filter((step) => step.run?.includes('ATTESTED'));
    const value = where === '' ? true : `\${{ ${where} }}`;
    expect(told.map((step) => step.env!.ATTESTED)).toEqual(where === null ? [] : [value, value]);
  });

  test('without attestations, no job attests, signs or has the permission to', () => {
    const without = plan({ release: { attest: false } });
    const jobs = Object.keys(read('release', without).jobs);
    expect(jobs).toEqual(['home', 'plan', 'linux', 'windows', 'verify', 'publish']);
    expect(JSON.stringify(everyJob(without))).not.toMatch(/attest|signature|id-token/);
  });

  test('an artifact with the digest in its name proves the provenance of an image without attestation', () => {
    const [record, upload] = imageSteps(plan()).filter(({ name }) => /record|digest/.test(name));
    const folder = mkdtempSync(join(tmpdir(), 'record-'));
    const [digest, output] = ['1'.repeat(64), join(folder, 'output')];
    const env = { ...process.env, IMAGE: `ghcr.io/owner/name@sha256:${digest}`, GITHUB_OUTPUT: output };
    expect(spawnSync('bash', ['-eo', 'pipefail', '-c', record.run!], { env, cwd: folder }).status).toBe(0);
    expect(readFileSync(output, 'utf8')).toBe(`name=toolchain-image-sha256-${digest}\n`);
    expect(JSON.parse(readFileSync(join(folder, upload.with!.path, 'image.json'), 'utf8'))).toEqual({
      image: env.IMAGE,
    });
    expect(upload.with).toMatchObject({ name: '${{ steps.record.outputs.name }}', 'retention-days': 90 });
    rmSync(folder, { recursive: true });
  });

  test('only that job may write to the repository, and it runs nothing that it has built', () => {
    const writers = everyJob().filter(([, job]) => job.permissions.contents === 'write');
    expect(writers.map(([id]) => id)).toEqual(['release/publish']);
  });
});

test('a release is made again from its own commit and images, with nothing of other runs', () => {
  const { jobs } = read('reproduce');
  expect(jobs.linux.with).toEqual({
    image: '${{ needs.plan.outputs.image }}',
    ref: '${{ needs.plan.outputs.commit }}',
    version: '${{ needs.plan.outputs.version }}',
    fresh: true,
  });
  expect([jobs.linux['cache-mode'], jobs.windows['cache-mode']]).toEqual(['none', 'none']);
  expect(jobs.compare.permissions).toEqual({ contents: 'read', issues: 'write' });
});

test('every job says how long it may take, what it may do, and for how long its artifacts stay', () => {
  for (const [id, job] of everyJob()) {
    expect(job.permissions).toBeDefined();
    if (job.uses) continue;
    expect([id, typeof job['timeout-minutes']]).toEqual([id, 'number']);
    for (const step of uses(job, 'actions/upload-artifact')) {
      expect(String(step.with!['retention-days'])).toMatch(/^([1-9]\d*|\$\{\{ .* \}\})$/);
      if (String(step.with!.name).startsWith('logs-')) expect(step.if).toBe('!success()');
    }
  }
});
