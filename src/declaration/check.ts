import { must } from './error';
import { System, systemSchema } from './platform';
import { defaulted, optional, optionsOf, required } from './schema/noun';
import { above0, listOf, path, text, value, z } from './schema/values';

/** Something that must hold for an installed wheel: exactly one of `imports`, `command` and `python`. */
export interface WheelCheck {
  /** What the report calls it, such as `tokenizer round trip`. */
  readonly name: string;

  /**
   * Modules to import, each by name: a top-level import can pass where a submodule's fails. A name with `*` stands for the
   * wheel's own modules that it matches at any depth, such as `mlc_llm.*`; one that matches none fails.
   */
  readonly imports?: string[];

  /**
   * Of `imports`, the names that are left out, `*` as there: modules that need what the wheel does not require.
   *
   * @default - none
   */
  readonly exclude?: string[];

  /** Arguments to the environment's Python that must exit with 0, such as `['-m', 'mlc_llm', 'chat', '--help']`. */
  readonly command?: string[];

  /**
   * A Python file of the project, which must reach its last line, and its arguments, such as
   * `['checks/round_trip.py', '--device', 'cpu']`. The path is relative to the pipeline's folder.
   *
   * A copy of the file runs in an empty folder, together with the modules next to it whose names start with `_`. To
   * skip, raise `unittest.SkipTest('reason')`. `builtin:mlc-llm/checks/<name>.py` is a file of this library.
   */
  readonly python?: string[];

  /**
   * Text that the output of `command` or `python` must contain.
   *
   * @default - any output will do
   */
  readonly expect?: string;

  /**
   * Seconds after which the check counts as failed: a native library that hangs must not hold the pipeline.
   *
   * @default 120
   */
  readonly timeout?: number;

  /**
   * The only system that it runs on.
   *
   * @default - both
   */
  readonly system?: System;
}

/** A Python file and its arguments. */
const script = listOf(value('an argument')).check((list) => {
  const [file] = list.value;
  if (typeof file !== 'string') return;
  const message = file.endsWith('.py')
    ? z.safeParse(path("the pipeline's folder", { builtin: true }), file).error?.issues[0].message
    : 'a Python file of the project, such as checks/round_trip.py';
  if (message) list.issues.push({ code: 'custom', message, input: file, path: [0] });
});

const moduleNames = listOf(text('a module name, such as thing.part or thing.*', /^[A-Za-z_][\w.*]*$/));

/** @internal */
export const checkOptions = optionsOf<WheelCheck>()({
  name: required(text("a check's name")),
  imports: optional(moduleNames),
  exclude: optional(moduleNames),
  command: optional(listOf(value('an argument'))),
  python: optional(script),
  expect: optional(text('text that the output contains')),
  timeout: defaulted(
    above0('a number of seconds above 0, up to a day', (seconds) => seconds <= 86_400),
    120,
  ),
  system: optional(systemSchema),
});

/** What a schema cannot say. @internal */
export function validateCheck(at: string, check: WheelCheck): void {
  const kinds = [check.imports, check.command, check.python].filter((kind) => kind !== undefined);
  must(kinds.length === 1 && kinds[0]!.length > 0, at, check, 'exactly one of imports, command and python, not empty');
  must(
    check.exclude === undefined || check.imports !== undefined,
    `${at}.exclude`,
    check.exclude,
    'given beside imports, which it makes exceptions from',
  );
  must(
    check.expect === undefined || check.imports === undefined,
    `${at}.expect`,
    check.expect,
    'given beside command or python, whose output it is of',
  );
}
