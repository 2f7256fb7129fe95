/**
 * Compares what synthesis of this repository costs with that of a bare TypeScript project with the same runner: the CPU
 * time of `npx projen --no-post` and all its child processes, in turn, and the ratio of the medians.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const RUNS = Number(process.env.RUNS ?? 7);
const LIMIT = 1.25;

const BARE = `
import { typescript } from 'projen';
const project = new typescript.TypeScriptProject({
  name: 'bare',
  defaultReleaseBranch: 'main',
  projenrcTs: true,
  projenrcTsOptions: { runner: typescript.TypeScriptRunner.tsx() },
});
project.synth();
`;

/** Seconds of CPU time, user and system, of one synthesis; bash counts the children too. */
function cpuSeconds(folder: string): number {
  const script = "TIMEFORMAT='%U %S'; { time npx projen --no-post >/dev/null 2>&1; } 2>&1";
  const [user, system] = execFileSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' }).trim().split(' ');
  return Number(user) + Number(system);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

const repository = resolve(__dirname, '..');
const bare = mkdtempSync(join(tmpdir(), 'bare-'));
try {
  symlinkSync(join(repository, 'node_modules'), join(bare, 'node_modules'));
  writeFileSync(join(bare, '.projenrc.ts'), BARE);
  execFileSync('npx', ['tsx', '.projenrc.ts'], {
    cwd: bare,
    env: { ...process.env, PROJEN_DISABLE_POST: '1' },
    stdio: 'ignore',
  });
  cpuSeconds(repository);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    theirs.push(cpuSeconds(bare));
    ours.push(cpuSeconds(repository));
  }
  const ratio = median(ours) / median(theirs);
  console.log(`bare TypeScriptProject  ${median(theirs).toFixed(2)} s CPU (median of ${RUNS})`);
  console.log(`this repository         ${median(ours).toFixed(2)} s CPU (median of ${RUNS})`);
  console.log(`ratio                   ${ratio.toFixed(2)} (limit ${LIMIT})`);
  if (ratio > LIMIT) {
    console.error(`Synthesis costs more than ${LIMIT} times a bare project's.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(bare, { recursive: true, force: true });
}
