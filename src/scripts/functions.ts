/** Which of a shell's functions a script needs. */
import type { Statement, Step } from './script';

/** A function's text, and the functions that it calls. */
export interface FunctionText<Name> {
  readonly uses: readonly Name[];
  readonly text: string;
}

/**
 * The functions that some steps call, and those which these call, in the order of the table.
 *
 * @param nameOf the function that a statement is rendered to, where it is one
 * @param always what every script calls
 */
export function functionLines<Name extends string>(
  table: Record<Name, FunctionText<Name>>,
  steps: readonly Step[],
  file: string,
  nameOf: (statement: Statement) => readonly Name[],
  always: readonly Name[],
): string[] {
  const wanted = new Set<Name>();
  const want = (name: Name): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    table[name].uses.forEach(want);
  };
  always.forEach(want);
  allStatements(steps).flatMap(nameOf).forEach(want);
  return (Object.keys(table) as Name[])
    .filter((name) => wanted.has(name))
    .flatMap((name) => [
      '',
      ...table[name].text
        .trim()
        .replace(/@SCRIPT@/g, file)
        .split('\n'),
    ]);
}

function allStatements(steps: readonly Step[]): Statement[] {
  const visit = (statement: Statement): Statement[] =>
    statement.kind === 'when'
      ? [statement, ...statement.then.flatMap(visit), ...statement.otherwise.flatMap(visit)]
      : [statement];
  return steps.flatMap((step) => step.statements.flatMap(visit));
}
