/**
 * What a wrong declaration is answered with, at synthesis: which option, which value, and what would be right.
 *
 * Thrown before any file is written, so a project that does not validate is left as it was.
 */
export class SpecError extends Error {
  /**
   * @param option the option's path as the user wrote it, such as `source.git.commit`
   * @param value the value that was given
   * @param expected what would be right, as the end of the sentence "must be …"
   */
  constructor(
    public readonly option: string,
    public readonly value: unknown,
    public readonly expected: string,
  ) {
    super(`${option}: ${shown(value)} must be ${expected}`);
    this.name = 'SpecError';
  }

  /** The same, where the options are themselves an option of something. */
  public within(option: string): SpecError {
    return new SpecError(`${option}.${this.option}`, this.value, this.expected);
  }
}

/** Throws a {@link SpecError} unless the condition holds. */
export function must(condition: boolean, option: string, value: unknown, expected: string): void {
  if (!condition) throw new SpecError(option, value, expected);
}

/** A value that is missing and has no default. */
export class RequiredError extends SpecError {
  /** @param fix the fix, such as "set it to …" */
  constructor(option: string, fix: string) {
    super(option, undefined, fix);
    this.message = `${option} is required: ${fix}`;
  }

  public within(option: string): RequiredError {
    return new RequiredError(`${option}.${this.option}`, this.expected);
  }
}

/** Throws a {@link SpecError} that names the first value which stands twice. */
export function mustBeUnique(option: string, values: readonly string[]): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  must(twice === undefined, option, twice, 'declared once');
}

/** Calls a function whose options are themselves an option of something: its errors say so. */
export function within<T>(option: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof SpecError ? error.within(option) : error;
  }
}

/** The name that somebody may have meant: the one with the fewest letters to change. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const distances = names.map((other) => [distance(name.toLowerCase(), other.toLowerCase()), other] as const);
  return distances.sort(([a], [b]) => a - b)[0]?.[1];
}

/** How many letters have to be put in, taken out or changed (Levenshtein's distance). */
export function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (let column = 0; column < to.length; column++) {
      const changed = row[column] + (letter === to[column] ? 0 : 1);
      next.push(Math.min(changed, row[column + 1] + 1, next[column] + 1));
    }
    row = next;
  }
  return row[to.length];
}

/** A value on one line, shortened: the longest that a sentence can hold. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  let text: string;
  try {
    text = JSON.stringify(value) ?? 'a value that is no plain data';
  } catch {
    return 'a value that is no plain data';
  }
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
