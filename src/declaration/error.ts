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
    super(`${option}: ${JSON.stringify(value) ?? 'nothing'} must be ${expected}`);
    this.name = 'SpecError';
  }
}

/** Throws a {@link SpecError} unless the condition holds. */
export function must(condition: boolean, option: string, value: unknown, expected: string): void {
  if (!condition) throw new SpecError(option, value, expected);
}

/** Throws a {@link SpecError} that names the first value which stands twice. */
export function mustBeUnique(option: string, values: readonly string[]): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  must(twice === undefined, option, twice, 'declared once');
}
