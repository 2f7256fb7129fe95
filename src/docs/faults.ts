/**
 * Every fault that ends a command, the message that it ends with, and what to do: the page of troubleshooting shows this
 * list, and the suite of faults (test/e2e/faults) breaks each thing and compares the message with the one here.
 */

/** What of a pipeline a fault needs. */
export type Part = 'linux' | 'release' | 'reuse' | 'git' | 'sdist';

/** A fault. */
export interface Fault {
  /** What the suite calls it. */
  readonly id: string;
  /** The class that it is one of. */
  readonly area: number;
  /** What is broken. */
  readonly fault: string;
  /** What the program says; … stands for names, paths and numbers. */
  readonly message: string;
  /** What to do. */
  readonly advice: string;
  /** Where it cannot happen, it is not shown. */
  readonly needs?: Part;
}

/** The classes, by number. */
export const AREAS: Readonly<Record<number, string>> = {
  1: 'Folders: nothing of somebody else is emptied or replaced',
  2: 'Two at once',
  3: 'Stopped',
  4: 'Wheels and their tests',
  5: 'Tools, disks, networks',
  6: "The caller's settings",
  7: 'Damage',
  8: 'Releases',
  9: 'The declaration',
  10: 'Where things come from',
};

export const FAULTS: readonly Fault[] = [
  {
    id: 'source-in-build',
    area: 1,
    fault: 'the tree to build lies in the folder that the build works in',
    message: ' lies in BUILD_DIR …, which is emptied: set BUILD_DIR to another folder',
    advice: 'keep the two apart: set `BUILD_DIR` to a folder of its own, such as `build`',
  },
  {
    id: 'build-dir-foreign',
    area: 1,
    fault: '`BUILD_DIR` has a folder of a name that the program uses, which it has not made',
    message: ' was not made by this program, which would empty it: move it, or set BUILD_DIR to another folder',
    advice: 'nothing was touched: move the folder, or set `BUILD_DIR` to an empty one',
  },
  {
    id: 'output-in-emptied',
    area: 1,
    fault: '`OUTPUT_DIR` lies in a folder that a build empties',
    message: 'OUTPUT_DIR … lies in a folder that the build empties: set it to another folder',
    advice: 'deliver to a folder outside `BUILD_DIR`',
  },
  {
    id: 'build-in-output',
    area: 1,
    fault: '`OUTPUT_DIR`, which is replaced whole, is or holds `BUILD_DIR`',
    message: 'BUILD_DIR … lies in OUTPUT_DIR …, which is replaced: set one to another folder',
    advice: 'deliver to a folder that has nothing but wheels',
  },
  {
    id: 'source-in-output',
    area: 1,
    fault: '`OUTPUT_DIR`, which is replaced whole, is or holds the tree to build',
    message: ' lies in OUTPUT_DIR …, which is replaced: set OUTPUT_DIR to another folder',
    advice: 'deliver to a folder that has nothing but wheels',
  },
  {
    id: 'output-foreign',
    area: 1,
    fault: '`OUTPUT_DIR` has files that no build has delivered',
    message: ' has files of another origin (…), which the delivery would replace: move them, or set OUTPUT_DIR to another folder',
    advice: 'move those files, or deliver to a folder that has nothing but wheels',
  },
  {
    id: 'output-no-folder',
    area: 1,
    fault: '`OUTPUT_DIR` is a file, or lies below one',
    message: ' is no folder: remove it, or set OUTPUT_DIR to a folder',
    advice: 'remove the file, or set `OUTPUT_DIR` to a folder',
  },
  {
    id: 'compiler-cache-foreign',
    area: 1,
    fault: '`COMPILER_CACHE_DIR` has files of another origin, which the cache would evict as its own',
    message: 'COMPILER_CACHE_DIR … has files of another origin (…): set it to a folder of its own',
    advice: 'set `COMPILER_CACHE_DIR` to an empty folder, or to one that sccache has made',
  },
  {
    id: 'in-use',
    area: 2,
    fault: 'another run works in `BUILD_DIR`',
    message: ' is in use by `…`, process … on …, since …: wait for it, or set BUILD_DIR to another folder',
    advice: 'wait for that process, or give this run a `BUILD_DIR` of its own',
  },
  {
    id: 'output-in-use',
    area: 2,
    fault: 'another run delivers to, or tests the wheels in, `OUTPUT_DIR`',
    message: ' is in use by `…`, process … on …, since …: wait for it, or set OUTPUT_DIR to another folder',
    advice: 'wait for that process, or give this run an `OUTPUT_DIR` of its own',
  },
  {
    id: 'stopped',
    area: 3,
    fault: 'somebody ends a run: Ctrl-C, a job that is cancelled, a terminal that is closed, a reader of the output that goes away',
    message: 'stopped by SIG…: what was under way has ended, and nothing was delivered',
    advice: 'start it again, with `--from-step` and the step that it was at',
  },
  {
    id: 'step-failed',
    area: 3,
    fault: 'a command of a step fails',
    message: 'error: step …, Build the wheel of …: … ended with exit status …',
    advice: 'read the lines below, which are the end of what it said, and the log that is named; then go on with `--from-step`',
  },
  {
    id: 'output-unwritable',
    area: 3,
    fault: 'what the program prints cannot be written, such as to a full disk',
    message: 'cannot write to standard output (…): see that it is open, and that its disk has room',
    advice: 'make room, or print elsewhere; nothing was delivered',
  },
  {
    id: 'from-step-other',
    area: 7,
    fault: '`--from-step` where no earlier run of the very same has come so far, or what it noted is damaged',
    message: '--from-step: the run before was of another …: run all steps',
    advice: 'run it without `--from-step`',
  },
  {
    id: 'finished-gone',
    area: 7,
    fault: 'a folder of an earlier step was deleted, and a run goes on from a later one',
    message: 'there is no folder …: name the one that holds the wheels',
    advice: 'run it without `--from-step`: every step is done again',
  },
  {
    id: 'wheel-cache-unusable',
    area: 7,
    fault: '`WHEEL_CACHE_DIR` cannot be used',
    message: 'cannot use the wheel cache … (…): make it a folder that can be read and written to, or set WHEEL_CACHE_DIR to another one',
    advice: 'make it a folder of yours, or set `WHEEL_CACHE_DIR` to another one',
    needs: 'reuse',
  },
];
