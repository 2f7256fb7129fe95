import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { check } from './process';
import { MlcLlmPipelineProject, MlcLlmVariant, Platform } from '../../../src';

/** This checkout. */
export const REPOSITORY = resolve(__dirname, '../../..');

/** A project whose synthesized files are run: its folder, and what the list of its files names. */
export interface Synthesized {
  readonly name: string;
  readonly folder: string;
  /** Every file that projen wrote, from the project's folder. */
  readonly files: readonly string[];
}

/** This repository, and the example that `npx projen examples` synthesized. */
export const SYNTHESIZED: readonly Synthesized[] = [
  { name: 'this repository', folder: REPOSITORY },
  { name: 'the example tvm-ffi', folder: join(REPOSITORY, 'build/examples/tvm-ffi') },
].map(({ name, folder }) => synthesized(name, folder));

function synthesized(name: string, folder: string): Synthesized {
  const { files } = JSON.parse(readFileSync(join(folder, '.projen/files.json'), 'utf8')) as { files: string[] };
  // projen names a list of dependencies also where there are none, and it writes no such file.
  return { name, folder, files: files.filter((file) => existsSync(join(folder, file))) };
}

/** Compile this checkout and pack it into a folder, as for publishing; return the tarball's path. */
export async function pack(folder: string): Promise<string> {
  await check(['npx', 'projen', 'compile'], { cwd: REPOSITORY });
  const command = ['npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await check(command, { cwd: REPOSITORY });
  return join(folder, stdout.trim().split('\n').pop()!);
}

/** MLC-LLM with all that can be declared of it in a line each, in a folder of its own. */
export function everyVariant(): Synthesized {
  const folder = mkdtempSync(join(tmpdir(), 'every-variant-'));
  const project = new MlcLlmPipelineProject({
    name: 'every-variant',
    githubRepository: 'mlc-llm-pipeline/every-variant',
    defaultReleaseBranch: 'main',
    outdir: folder,
    pipeline: { platforms: Object.values(Platform), variants: Object.values(MlcLlmVariant) },
  });
  process.env.PROJEN_DISABLE_POST = '1';
  project.synth();
  return synthesized('every variant of MLC-LLM', folder);
}
