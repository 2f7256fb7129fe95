/** PowerShell's strings: where they end and what they hold, by its tokenizer's rules. */

/** A construct that the reader does not know, or that PowerShell would not take. */
export class Refusal extends Error {}

/** PowerShell takes typographic quotes for quotes. */
export const SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b";
const DOUBLE_QUOTES = '"\u201c\u201d\u201e';
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', '0': '\0', a: '\x07', b: '\b', f: '\f', v: '\v' };
/**
 * Here-strings, strings, comments and escapes, each from where PowerShell sees it begin. The grammar sees a comment where a
 * string in double quotes holds a number sign, so it is shown another character there; values come from the true text.
 */
const TOKENS =
  /@(['"])\n[^]*?\n\1@|['‘’‚‛](?:[^'‘’‚‛]|['‘’‚‛]{2})*['‘’‚‛]|["“”„](?:`[^]|["“”„]{2}|[^`"“”„])*["“”„]|(?<!\S)#.*|`[^]/g;

/** A script of the same length, in which the grammar sees no comment where there is none. */
export function withoutFalseComments(script: string): string {
  return script.replace(TOKENS, (token) => (DOUBLE_QUOTES.includes(token[0]) ? token.replaceAll('#', '_') : token));
}

/**
 * Variables in strings whose name runs into a colon, such as in "$NAME: is wrong". PowerShell takes the name for a drive's
 * and refuses the whole file, which the grammar does not see.
 *
 * @see https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_variables
 */
export function namesBeforeColons(script: string): string[] {
  const strings = (script.match(TOKENS) ?? []).filter((token) => /^@?["\u201c-\u201e]/.test(token));
  return strings.flatMap((token) => token.match(/(?<!`)\$\w+:(?![\w:]).*/g) ?? []);
}

/** The only expression that is read inside a string; its value is looked up like a variable's. */
export const PROCESSORS = '[Environment]::ProcessorCount';

/** A string in single quotes, from its first quote on: two quotes stand for the second one. */
export function verbatim(source: string, start: number): [string, number] {
  let value = '';
  for (let index = start + 1; index < source.length; index++) {
    if (SINGLE_QUOTES.includes(source[index])) {
      index++;
      if (!SINGLE_QUOTES.includes(source[index] ?? ' ')) return [value, index];
    }
    value += source[index];
  }
  throw new Refusal(`the string at ${start} has no end`);
}

/** A string in double quotes, from its first quote on: two quotes stand for the second one, a backtick escapes. */
export function expandable(source: string, start: number, variable: (reference: string) => string): [string, number] {
  let value = '';
  for (let index = start + 1; index < source.length; index++) {
    const char = source[index];
    if (DOUBLE_QUOTES.includes(char)) {
      index++;
      if (!DOUBLE_QUOTES.includes(source[index] ?? ' ')) return [value, index];
      value += source[index];
    } else if (char === '`') {
      index++;
      if ('eu'.includes(source[index])) throw new Refusal(`an escape of another kind at ${index}`);
      value += ESCAPES[source[index]] ?? source[index];
    } else if (char === '$') {
      // What may follow a bare name, and a colon above all, is not left to a guess.
      const [, reference] =
        /^(\$\{[A-Z_][A-Z0-9_]*\}|\$\(\[Environment\]::ProcessorCount\)|\$[A-Z_]+(?![\w:?]))/.exec(
          source.slice(index),
        ) ?? [];
      if (!reference) throw new Refusal(`a dollar sign of another kind at ${index}`);
      value += variable(reference);
      index += reference.length - 1;
    } else {
      value += char;
    }
  }
  throw new Refusal(`the string at ${start} has no end`);
}
