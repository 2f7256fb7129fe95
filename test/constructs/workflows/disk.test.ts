/** Jobs that may not fit a runner free disk space first; nothing is deleted on a self-hosted machine. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { WheelPipelineOptions } from '../../../src';
import { WorkflowContext } from '../../../src/constructs/workflows/context';
import { dockerWorkflow } from '../../../src/constructs/workflows/docker';
import { linuxWorkflow } from '../../../src/constructs/workflows/linux';
import { freeDiskSpace, UNUSED } from '../../../src/constructs/workflows/steps/disk';
import { renderWorkflow } from '../../../src/constructs/workflows/workflow';
import { plan } from '../../small';

const STEP = 'Free disk space';
const gpu = (diskGigabytes = {}) => ({
  name: 'gpu',
  suffix: 'gpu',
  wheels: [{ distribution: 'first' }],
  diskGigabytes,
});

/** Return the required megabytes of each job that frees disk space, and the steps before it. */
function jobs(changes: Partial<WheelPipelineOptions>): Record<string, [needed: number, before: string[]]> {
  const found: Array<[string, [number, string[]]]> = [];
  for (const workflow of [dockerWorkflow, linuxWorkflow]) {
    for (const [id, job] of Object.entries<any>(
      parse(renderWorkflow(workflow(new WorkflowContext(plan(changes))), [])).jobs,
    )) {
      const names = (job.steps ?? []).map((step: any) => step.name);
      const at = names.indexOf(STEP);
      if (at >= 0) found.push([id, [job.steps[at].env.NEEDED_MB, names.slice(0, at)]]);
    }
  }
  return Object.fromEntries(found);
}

test.each<[string, Partial<WheelPipelineOptions>]>([
  ['nothing is declared', {}],
  ['all of it fits', { diskGigabytes: { image: 4, linux: 10 } }],
  ['the figure is of Windows', { diskGigabytes: { windows: 50 } }],
  ["a variant's figures fit", { variants: [gpu({ image: 4, linux: 5 })] }],
])('no job frees disk space if %s', (_, changes) => {
  expect(jobs(changes)).toEqual({});
});

test('jobs free the measured disk space before they pull or build anything', () => {
  const found = jobs({ diskGigabytes: { image: 6.5, linux: 12 }, variants: [gpu({ image: 2, linux: 3 })] });
  expect(Object.fromEntries(Object.entries(found).map(([id, [needed]]) => [id, needed]))).toEqual({
    try: 19500,
    publish: 19500,
    'toolchain-linux-x86_64': 19500,
    'linux-x86_64': 18500,
    'test-linux-x86_64': 18500,
  });
  for (const [, before] of Object.values(found)) {
    expect(['Check out', 'Log in to the registry']).toEqual(expect.arrayContaining(before));
  }
});

test('a variant without figures gets 30 GB, in its own jobs only', () => {
  for (const figures of [{}, { image: 2 }, { linux: 20 }]) {
    const found = jobs({ variants: [gpu(figures)] });
    expect(Object.keys(found)).toEqual(
      ['try-gpu', 'publish-gpu', 'toolchain-linux-x86_64-gpu', 'linux-x86_64-gpu', 'test-linux-x86_64-gpu'].filter(
        (id) => !('image' in figures) || /^(test-)?linux/.test(id),
      ),
    );
    for (const [needed] of Object.values(found)) expect(needed).toBe(30000);
  }
  expect(jobs({ variants: [gpu({ linux: 40 })] })['linux-x86_64-gpu'][0]).toBe(40000);
});

describe('the step', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'disk-'));
    mkdirSync(join(folder, 'bin'));
    // Each deleted folder frees 5 GB.
    const programs = {
      docker: 'echo /',
      df: 'echo Avail; echo " $(cat free)MB"',
      sudo: 'echo "$@" >>deleted; echo $(($(cat free) + 5000)) >free',
    };
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, 'bin', name), 0o755);
    }
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Run the step with bash as GitHub does; `free` is in megabytes. */
  function run(free: number, figures: object, runner: string | undefined = 'github-hosted') {
    const [step] = freeDiskSpace(plan({ variants: [gpu(figures)] }).builds[1], 'use-image');
    writeFileSync(join(folder, 'free'), `${free}\n`);
    const env = {
      ...{ PATH: `${join(folder, 'bin')}:${process.env.PATH}`, NEEDED_MB: String(step.env!.NEEDED_MB) },
      ...(runner && { RUNNER_ENVIRONMENT: runner }),
    };
    const argv = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run!];
    const { status, stdout } = spawnSync('bash', argv, { cwd: folder, env, encoding: 'utf8' });
    const deleted = existsSync(join(folder, 'deleted'))
      ? readFileSync(join(folder, 'deleted'), 'utf8').split('\n')
      : [];
    return { status, stdout, deleted: deleted.filter(Boolean).map((line) => line.replace('rm -rf ', '')) };
  }

  test('deletes no more than required, and prints the free space', () => {
    const { status, stdout, deleted } = run(14000, { image: 10, linux: 12 });
    expect([status, deleted]).toEqual([0, UNUSED.slice(0, 2)]);
    expect(stdout).toBe(
      [
        '14000 MB free, 22000 MB required',
        `deleted ${UNUSED[0]}: 19000 MB free`,
        `deleted ${UNUSED[1]}: 24000 MB free`,
        '',
      ].join('\n'),
    );
  });

  test('deletes nothing if enough is free', () => {
    expect(run(22000, { image: 10, linux: 12 })).toMatchObject({ status: 0, deleted: [] });
  });

  test.each(['self-hosted', undefined])('deletes nothing on a self-hosted runner (%s)', (runner) => {
    expect(run(1, { image: 10, linux: 12 }, runner === undefined ? '' : runner)).toMatchObject({
      status: 0,
      deleted: [],
    });
  });

  test('fails if the measured space is not available, and warns if it is not measured', () => {
    const told = 'title=Disk space::25001 MB free, 90000 MB required: set runsOn to a larger runner\n';
    const measured = run(1, { image: 40, linux: 50 });
    expect([measured.status, measured.deleted]).toEqual([1, UNUSED]);
    expect(measured.stdout).toContain(`::error ${told}`);
    rmSync(join(folder, 'deleted'));
    const other = run(1, { linux: 90 });
    expect([other.status, other.deleted]).toEqual([0, UNUSED]);
    expect(other.stdout).toContain(`::warning ${told}`);
  });
});
