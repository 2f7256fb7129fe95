/** Renders a script to bash. */
import { BASH_FUNCTIONS, BashFunction } from './bash-functions';
import { functionLines } from './functions';
import { helpText } from './help';
import { commandLines } from './lines';
import {
  Condition,
  Input,
  PLATFORM,
  partsOf,
  Script,
  Statement,
  Step,
  stepsFile,
  text,
  Variable,
  Word,
} from './script';
import { PipelineSpec, platformsOn } from '../declaration/pipeline';

/** The text of `<name>.sh`: each line without its end. */
export function renderBash(script: Script, spec: PipelineSpec, header: readonly string[]): string[] {
  const steps = script.stepsOn('linux');
  return [
    '#!/usr/bin/env bash',
    '#',
    ...header.map((line) => `# ${line}`.trimEnd()),
    '',
    'set -euo pipefail',
    '',
    ...usage(script, spec),
    '',
    'ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)',
    '',
    ...platform(script, spec),
    '',
    ...inputs(script),
    '',
    ...functions(script, steps),
    ...steps.flatMap((step, index) => ['', ...renderStep(step, index + 1)]),
    '',
    'finish_step',
  ];
}

/**
 * A word as bash reads it back unchanged.
 *
 * Plain words stay bare, literal text gets single quotes, and text with variables double quotes.
 */
export function quoteBash(word: Word): string {
  const parts = partsOf(word);
  if (parts.every((part) => typeof part === 'string')) return quoteLiteral(parts.join(''));
  const inside = parts.map((part, index) => {
    if (part instanceof Variable) return reference(part, parts[index + 1]);
    return part.replace(/[\\"$`]/g, '\\$&');
  });
  return `"${inside.join('')}"`;
}

function quoteLiteral(literal: string): string {
  if (/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(literal)) return literal;
  return `'${literal.replace(/'/g, `'\\''`)}'`;
}

/** `$NAME`, with braces only where what follows would be read as part of the name. */
function reference(variable: Variable, next: string | Variable | undefined): string {
  const runsOn = typeof next === 'string' && /^[\w[]/.test(next);
  return runsOn ? `\${${variable.name}}` : `$${variable.name}`;
}

function usage(script: Script, spec: PipelineSpec): string[] {
  const file = `${script.name}.sh`;
  return [
    'usage() {',
    "  cat <<'END'",
    ...helpText(script, spec, 'linux', `scripts/${file} [--help]`),
    'END',
    '}',
    '',
    'case ${1-} in',
    "  '') ;;",
    '  -h | --help)',
    '    usage',
    '    exit 0',
    '    ;;',
    '  *)',
    `    printf "${file}: unknown argument '%s'; it takes its inputs as environment variables, see --help\\n" "$1" >&2`,
    '    exit 2',
    '    ;;',
    'esac',
  ];
}

function platform(script: Script, spec: PipelineSpec): string[] {
  const declared = platformsOn(spec, 'linux');
  const names = declared.map((facts) => facts.id).join(', ');
  return [
    'case $(uname -s)-$(uname -m) in',
    ...declared.map((facts) => `  Linux-${facts.machine}) ${PLATFORM.name}=${facts.id} ;;`),
    '  *)',
    `    printf '${script.name}.sh: nothing is declared for %s; the declared Linux platforms are: ${names}\\n' "$(uname -s)-$(uname -m)" >&2`,
    '    exit 1',
    '    ;;',
    'esac',
  ];
}

function inputs(script: Script): string[] {
  const declared = script.inputsOn('linux');
  const paths = declared.some((input) => input.type === 'path');
  return [
    '# What the caller may set; see --help.',
    ...(paths
      ? ['absolute() {', '  case $1 in \'\' | /*) printf \'%s\' "$1" ;; *) printf \'%s/%s\' "$PWD" "$1" ;; esac', '}']
      : []),
    ...declared.flatMap((input) => renderInput(script, input)),
  ];
}

function renderInput(script: Script, input: Input): string[] {
  const name = input.variable.name;
  const value = `\${${name}${defaultOf(input)}}`;
  if (input.type === 'path') return [`${name}=$(absolute "${value}")`];
  if (input.type === 'text') return [`${name}=${value}`];
  return [
    `${name}=${value}`,
    `if [[ ! $${name} =~ ^[1-9][0-9]*$ ]]; then`,
    `  printf "${script.name}.sh: ${name}: '%s' must be a whole number above 0\\n" "$${name}" >&2`,
    '  exit 2',
    'fi',
  ];
}

function defaultOf(input: Input): string {
  if (input.default === undefined) return '-';
  if (isProcessors(input.default)) return ':-$(nproc)';
  const parts = partsOf(input.default);
  return `:-${parts.map((part, index) => (part instanceof Variable ? reference(part, parts[index + 1]) : part)).join('')}`;
}

function isProcessors(value: NonNullable<Input['default']>): value is { readonly processors: true } {
  return typeof value === 'object' && 'processors' in value;
}

function functions(script: Script, steps: readonly Step[]): string[] {
  return [
    '# How this script reports: every step is named, every command is printed and logged, and whatever fails says where.',
    `LOG_FILE=${quoteBash(text`${script.logFolder}/${script.name}.log`)}`,
    `STEPS_FILE=${quoteBash(stepsFile(script))}`,
    `mkdir -p -- ${quoteBash(script.logFolder)}`,
    ': >"$LOG_FILE"',
    ': >"$STEPS_FILE"',
    "STEP='' STEP_STARTED=0 COMMAND='' EXPLAINED=''",
    ...functionLines(BASH_FUNCTIONS, steps, `${script.name}.sh`, functionsOf, ['step', 'finish_step', 'on_exit']),
    '',
    'trap on_exit EXIT',
  ];
}

function functionsOf(statement: Statement): BashFunction[] {
  switch (statement.kind) {
    case 'run':
      return [statement.attempts > 1 ? 'retry' : 'run'];
    case 'attempt':
    case 'capture':
    case 'expect':
    case 'need':
    case 'fail':
      return [statement.kind];
    case 'emptyFolder':
      return ['empty_folder'];
    case 'copyTree':
      return ['copy_tree'];
    case 'say':
      return ['log'];
    case 'windows':
    case 'set':
    case 'makeFolder':
    case 'write':
    case 'comment':
    case 'when':
      return [];
  }
}

function renderStep(step: Step, number: number): string[] {
  return [`step ${quoteLiteral(`${number}. ${step.title}`)}`, ...step.statements.flatMap(renderStatement)];
}

function renderStatement(statement: Statement): string[] {
  switch (statement.kind) {
    case 'run':
      return command(statement.attempts > 1 ? ['retry', String(statement.attempts)] : ['run'], statement.argv);
    case 'attempt':
      return command(['attempt'], statement.argv);
    case 'capture':
      return command(['capture', statement.variable.name], statement.argv);
    case 'expect':
      return command(['expect', quoteBash(statement.expected), quoteBash(statement.advice)], statement.argv);
    case 'need':
      return [`need ${quoteBash(statement.command)} ${quoteBash(statement.advice)}`];
    case 'set':
      return [`${statement.exported ? 'export ' : ''}${statement.variable.name}=${quoteBash(statement.value)}`];
    case 'makeFolder':
      return [`mkdir -p -- ${quoteBash(statement.path)}`];
    case 'emptyFolder':
      return [`empty_folder ${quoteBash(statement.path)}`];
    case 'copyTree':
      return [`copy_tree ${quoteBash(statement.from)} ${quoteBash(statement.to)}`];
    case 'write':
      return command(["printf '%s\\n'"], statement.lines, [`>${quoteBash(statement.path)}`]);
    case 'windows':
      throw new Error(`${statement.function} is for steps that run on Windows only`);
    case 'comment':
      return statement.lines.map((line) => `# ${line}`);
    case 'say':
      return [`log ${quoteBash(statement.message)}`];
    case 'fail':
      return [`fail ${quoteBash(statement.message)}`];
    case 'when':
      return renderBranch(statement);
  }
}

function renderBranch(statement: Statement & { kind: 'when' }): string[] {
  const indent = (branch: readonly Statement[]): string[] =>
    branch.flatMap(renderStatement).map((line) => (line === '' ? line : `  ${line}`));
  const negated = statement.then.length === 0;
  return [
    `if ${negated ? '! ' : ''}${condition(statement.condition)}; then`,
    ...indent(negated ? statement.otherwise : statement.then),
    ...(!negated && statement.otherwise.length > 0 ? ['else', ...indent(statement.otherwise)] : []),
    'fi',
  ];
}

function condition(test: Condition): string {
  switch (test.kind) {
    case 'isSet':
      return `[[ -n $${test.variable.name} ]]`;
    case 'exists':
      return `[[ -e ${quoteBash(test.path)} ]]`;
    case 'onPath':
      return `command -v ${quoteBash(test.command)} >/dev/null`;
  }
}

function command(prefix: readonly string[], argv: readonly Word[], redirection: readonly string[] = []): string[] {
  return commandLines([...prefix, ...argv.map(quoteBash), ...redirection], '\\');
}
