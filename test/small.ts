/** A small pipeline in a folder of its own, which lasts as long as a test. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Project } from 'projen';
import { parse } from 'yaml';
import { WheelPipeline, WheelPipelineOptions } from '../src';
import type { Plan } from '../src/plan/plan';
import { resolvePlan } from '../src/plan/resolve';

// Nothing is installed after a synthesis.
process.env.PROJEN_DISABLE_POST = '1';

/** As little as can be declared, for two wheels. */
export const SMALL: WheelPipelineOptions = {
  repository: 'owner/thing',
  source: { folder: 'thing' },
  wheels: [
    { distribution: 'first', checks: [{ name: 'import', imports: ['first'] }] },
    { distribution: 'second', checks: [{ name: 'import', imports: ['second'] }] },
  ],
};

export const plan = (changes: Partial<WheelPipelineOptions> = {}): Plan => resolvePlan({ ...SMALL, ...changes });

let outdir = '';
beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'small-'));
});
afterEach(() => rmSync(outdir, { recursive: true, force: true }));

/** A path in the test's folder. */
export const at = (path: string): string => join(outdir, path);
export const read = (path: string): string => readFileSync(at(path), 'utf8');
export const workflow = (name: string) => parse(read(`.github/workflows/${name}.yml`));
export const project = (): Project => new Project({ name: 'thing', outdir });

export function synthesize(changes: Partial<WheelPipelineOptions> = {}): void {
  const made = project();
  new WheelPipeline(made, { ...SMALL, ...changes });
  made.synth();
}
