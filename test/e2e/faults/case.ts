/** What a case of a fault is, and how it is run: break one thing, run the program, look at what it left, mend, run again. */
import { join } from 'node:path';
import { MESSAGES } from './messages';
import { RunResult } from '../support/process';

/** Variables, added to those of the site. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What stands for one of the caller's. */
export const TOKEN = 'ghp_abcdefghij0123456789';

/** CMake that puts GH_TOKEN into the small package's wheel. */
export const INSTALLS_TOKEN = [
  'file(WRITE ${CMAKE_BINARY_DIR}/config "$ENV{GH_TOKEN}")',
  'install(FILES ${CMAKE_BINARY_DIR}/config DESTINATION release_demo)\n',
].join('\n');

/** A place to break something in: files, and a program that can be run there. */
export interface Place {
  readonly folder: string;
  /** Everything that no run may change, but a successful one with another result. */
  snapshot(): Record<string, string>;
  /** Runs what a case is about. */
  run(words: readonly string[], env?: Env): Promise<RunResult>;
  /** Is as it was before the last case. */
  begin?(): void;
  /** Takes back what a case has broken, and nothing that the program has left. */
  mend(): void;
  /** Looks at what a run that succeeded has left. */
  succeeded?(words: readonly string[]): void;
  remove(): void;
}

/** One fault. */
export interface FaultCase<P extends Place = Place> {
  /** ID of the expected message in `messages.ts`; undefined if the run prints no error. */
  readonly fault?: string;
  /** Class of a case without `fault`. */
  readonly area?: number;
  /** What is broken. */
  readonly broken: string;
  readonly exit: number;
  /** What of the message is this case's own. */
  readonly told?: string;
  /** Breaks it. */
  readonly breaks?: (place: P) => unknown;
  /** The variables that break it. */
  readonly env?: Env | ((place: P) => Env);
  /** What is run, such as `build --jobs=2`; `build` where nothing is said. */
  readonly run?: readonly string[];
  /** Runs it in another way. */
  readonly act?: (place: P, env: Env) => Promise<RunResult>;
  /** What is there afterwards, in words. */
  readonly after: string;
  /** Looks whether it is; that all the caller's files are as they were is looked at without a word. */
  readonly check?: (place: P, result: RunResult) => unknown;
  /** It is meant to change files of the caller's. */
  readonly changes?: boolean;
  /** What a person does before the next run, beside taking back what was broken. */
  readonly mends?: (place: P) => unknown;
  /** How the run without the fault is called, where not as the run with it. */
  readonly again?: readonly string[];
}

/** What no message may have: a person cannot act on it. What stands behind a bar is what a tool or a check has said. */
const RAW = /^(?! {2}\| ).*(Traceback \(most recent|\bErrno\b|internal error|Exception ignored)/m;

/** A message of the list as a pattern: … stands for what differs from case to case. */
export function pattern(message: string): RegExp {
  const parts = message.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.join('[^\\n]*?'));
}

/** Return the class and message of a fault. */
function faultOf(id: string): { readonly area: string; readonly message: string } {
  const [area, messages] = Object.entries(MESSAGES).find(([, each]) => id in each) ?? [];
  if (!area || !messages) throw new Error(`test/e2e/faults/messages.ts has no message "${id}"`);
  return { area, message: messages[id] };
}

/** Return the title of a case: its class and the fault. */
export function title({ fault, area, broken }: FaultCase<any>): string {
  return `${fault ? faultOf(fault).area : area}: ${broken}`;
}

/** Runs the cases, in one place for as long as all goes well there. */
export function runCases<P extends Place>(cases: ReadonlyArray<FaultCase<P>>, make: () => Promise<P>): void {
  let place: P | undefined;
  afterAll(() => place?.remove());

  test.each(cases.map((each) => [title(each), each] as const))('%s', async (_, each) => {
    place ??= await make();
    const here = place;
    place = undefined; // another one is made for the next case, should this one fail
    try {
      await runCase(each, here);
      place = here;
    } finally {
      if (!place && !process.env.FAULTS_KEEP) here.remove();
    }
  });
}

async function runCase<P extends Place>(each: FaultCase<P>, place: P): Promise<void> {
  const run = each.run ?? ['build'];
  place.begin?.();
  await each.breaks?.(place);
  const env = typeof each.env === 'function' ? each.env(place) : (each.env ?? {});
  const before = place.snapshot();
  const result = await (each.act ? each.act(place, env) : place.run(run, env));
  const said = result.stdout + result.stderr;
  expect([result.status, each.exit === result.status ? '' : said.slice(-2500)]).toEqual([each.exit, '']);
  expect(said).not.toMatch(RAW);
  if (each.fault) expect(said).toMatch(pattern(faultOf(each.fault).message));
  if (each.told) expect(said).toContain(each.told);
  if (!each.changes) expect(place.snapshot()).toEqual(before);
  await each.check?.(place, result);
  place.mend();
  await each.mends?.(place);
  const again = await place.run(each.again ?? run);
  expect([again.status, again.status === 0 ? '' : (again.stdout + again.stderr).slice(-2500)]).toEqual([0, '']);
  place.succeeded?.(each.again ?? run);
}

/** A path of a place. */
export function at(place: Place, ...words: string[]): string {
  return join(place.folder, ...words);
}
