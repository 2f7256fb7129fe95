import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** This checkout. */
export const REPOSITORY = resolve(__dirname, '../../..');

/** A project whose synthesized files are run: its folder, and what the list of its files names. */
export interface Synthesized {
  readonly name: string;
  readonly folder: string;
  /** Every file that projen wrote, from the project's folder. */
  readonly files: readonly string[];
}

/** This repository, and the examples. */
export const SYNTHESIZED: readonly Synthesized[] = [
  { name: 'this repository', folder: REPOSITORY },
  { name: 'the example tvm-ffi', folder: join(REPOSITORY, 'examples/tvm-ffi') },
].map((each) => ({
  ...each,
  // projen names a list of dependencies also where there are none, and it writes no such file.
  files: (
    JSON.parse(readFileSync(join(each.folder, '.projen/files.json'), 'utf8')) as { files: string[] }
  ).files.filter((file) => existsSync(join(each.folder, file))),
}));
