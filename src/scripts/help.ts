/** What `--help` says: the same words in every shell. */
import { Input, partsOf, Script, Variable } from './script';
import { PipelineSpec } from '../declaration/pipeline';
import type { System } from '../declaration/platform';

/** The lines of a script's help. */
export function helpText(script: Script, spec: PipelineSpec, system: System, usage: string): string[] {
  const inputs = script.inputsOn(system);
  const width = Math.max(...inputs.map((input) => input.variable.name.length));
  return [
    `Usage: ${usage}`,
    '',
    ...wrap(script.summary, 100),
    '',
    `Inputs, as environment variables (${spec.name}):`,
    ...inputs.flatMap((input) => {
      const lines = [...wrap(input.help, 96 - width), `Default: ${describeDefault(input)}`];
      return lines.map((line, index) => `  ${(index === 0 ? input.variable.name : '').padEnd(width)}  ${line}`);
    }),
  ];
}

/** An input's default, in words. */
export function describeDefault(input: Input): string {
  if (input.defaultHelp) return input.defaultHelp;
  if (input.default === undefined) return 'none';
  if (typeof input.default === 'object' && 'processors' in input.default) return 'the number of processors';
  return partsOf(input.default)
    .map((part) => (part instanceof Variable ? `<${part.name}>` : part))
    .join('');
}

function wrap(sentence: string, width: number): string[] {
  const lines = [''];
  for (const word of sentence.split(' ')) {
    const last = lines.length - 1;
    if (lines[last] !== '' && lines[last].length + 1 + word.length > width) lines.push(word);
    else lines[last] += `${lines[last] === '' ? '' : ' '}${word}`;
  }
  return lines;
}
