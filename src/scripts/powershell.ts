/** Renders a script to PowerShell 7. */
import { functionLines } from './functions';
import { helpText } from './help';
import { commandLines } from './lines';
import { POWERSHELL_FUNCTIONS, PowerShellFunction } from './powershell-functions';
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

/** The text of `<name>.ps1`: each line without its end. */
export function renderPowerShell(script: Script, spec: PipelineSpec, header: readonly string[]): string[] {
  const file = `${script.name}.ps1`;
  const steps = script.stepsOn('windows');
  return [
    '#!/usr/bin/env pwsh',
    '#',
    ...header.map((line) => `# ${line}`.trimEnd()),
    '',
    '#Requires -Version 7.4',
    '',
    'param([switch] $Help)',
    '',
    'Set-StrictMode -Version Latest',
    "$ErrorActionPreference = 'Stop'",
    '$PSNativeCommandUseErrorActionPreference = $true',
    '# What the tools print is UTF-8, whatever the console was set to.',
    '[Console]::OutputEncoding = [Text.UTF8Encoding]::new()',
    "$env:PYTHONUTF8 = '1'",
    "$STEP = ''",
    "$COMMAND = ''",
    '',
    'if ($Help) {',
    "  @'",
    ...helpText(script, spec, 'windows', `scripts/${file} [-Help]`),
    "'@",
    '  exit 0',
    '}',
    'if ($args.Count -gt 0) {',
    `  [Console]::Error.WriteLine("${file}: unknown argument '$($args[0])'; it takes its inputs as environment variables, see -Help")`,
    '  exit 2',
    '}',
    '',
    '$ROOT = Split-Path -Parent $PSScriptRoot',
    '',
    ...platform(file, spec),
    '',
    ...inputs(script, file),
    '',
    '# How this script reports: every step is named, every command is printed and logged, and whatever fails says where.',
    `$LOG_FILE = ${quotePowerShell(text`${script.logFolder}/${script.name}.log`)}`,
    `$STEPS_FILE = ${quotePowerShell(stepsFile(script))}`,
    `$null = New-Item -ItemType Directory -Force -Path ${quotePowerShell(script.logFolder)}`,
    "[IO.File]::WriteAllText($LOG_FILE, '')",
    "[IO.File]::WriteAllText($STEPS_FILE, '')",
    '$STEP_STARTED = [DateTime]::UtcNow',
    ...functionLines(POWERSHELL_FUNCTIONS, steps, file, functionsOf, ['step', 'annotate']),
    '',
    '# Whatever ends the script early is named: the step, the command and the log.',
    'trap {',
    '  # It is in force from the first line on; before the first step, the error speaks for itself.',
    "  if ($STEP -eq '') { break }",
    '  $status = 1',
    '  if ($_.Exception -is [Management.Automation.NativeCommandExitException]) { $status = $_.Exception.ExitCode }',
    "  if ($env:GITHUB_ACTIONS -eq 'true') { [Console]::Out.WriteLine('::endgroup::') }",
    `  [Console]::Error.WriteLine("\`n${file}: step \`"$STEP\`" failed with exit status \${status}: $_")`,
    '  [Console]::Error.WriteLine("  command: $COMMAND`n  log:     $LOG_FILE")',
    '  annotate "step `"$STEP`" failed with exit status ${status}: $COMMAND"',
    '  exit $status',
    '}',
    ...steps.flatMap((step, index) => ['', ...renderStep(step, index + 1)]),
    '',
    'finish_step',
    '# Not the exit status of the last program, which may be one whose failure does not matter.',
    'exit 0',
  ];
}

/**
 * A word as PowerShell reads it back unchanged; always in quotes, so that nothing is taken for a parameter or a number.
 *
 * PowerShell takes typographic quotes for quotes too.
 *
 * @see https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
 */
export function quotePowerShell(word: Word): string {
  const parts = partsOf(word);
  if (parts.every((part) => typeof part === 'string')) {
    return `'${parts.join('').replace(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`;
  }
  const inside = parts.map((part) =>
    part instanceof Variable ? `\${${part.name}}` : part.replace(/[`"$\u201c\u201d\u201e]/g, '`$&'),
  );
  return `"${inside.join('')}"`;
}

function platform(file: string, spec: PipelineSpec): string[] {
  const declared = platformsOn(spec, 'windows');
  const names = declared.map((facts) => facts.id).join(', ');
  return [
    '$architecture = "$([Runtime.InteropServices.RuntimeInformation]::OSArchitecture)"',
    'switch ($architecture) {',
    ...declared.map((facts) => `  '${ARCHITECTURE[facts.machine]}' { $${PLATFORM.name} = '${facts.id}' }`),
    '  default {',
    `    [Console]::Error.WriteLine("${file}: nothing is declared for $architecture; the declared Windows platforms are: ${names}")`,
    '    exit 1',
    '  }',
    '}',
  ];
}

/** What .NET calls the processors that Windows names in PROCESSOR_ARCHITECTURE. */
const ARCHITECTURE: Record<string, string> = { AMD64: 'X64', ARM64: 'Arm64' };

function inputs(script: Script, file: string): string[] {
  const declared = script.inputsOn('windows');
  const paths = declared.some((input) => input.type === 'path');
  return [
    '# What the caller may set; see -Help.',
    'function given { if ($args[0]) { $args[0] } else { $args[1] } }',
    ...(paths
      ? [
          'function absolute { if ($args[0]) { [IO.Path]::GetFullPath($args[0], $PWD.ProviderPath).Replace("\\", "/") } else { "" } }',
        ]
      : []),
    ...declared.flatMap((input) => renderInput(file, input)),
  ];
}

function renderInput(file: string, input: Input): string[] {
  const name = input.variable.name;
  const value = `given $env:${name} ${defaultOf(input)}`;
  if (input.type === 'path') return [`$${name} = absolute (${value})`];
  if (input.type === 'text') return [`$${name} = ${value}`];
  return [
    `$${name} = ${value}`,
    `if ($${name} -notmatch '^[1-9][0-9]*\\z') {`,
    `  [Console]::Error.WriteLine("${file}: ${name}: '$${name}' must be a whole number above 0")`,
    '  exit 2',
    '}',
  ];
}

function defaultOf(input: Input): string {
  if (input.default === undefined) return "''";
  if (typeof input.default === 'object' && 'processors' in input.default) return '"$([Environment]::ProcessorCount)"';
  return quotePowerShell(input.default);
}

function functionsOf(statement: Statement): PowerShellFunction[] {
  switch (statement.kind) {
    case 'run':
      return [statement.attempts > 1 ? 'retry' : 'run'];
    case 'attempt':
    case 'capture':
    case 'expect':
    case 'need':
    case 'fail':
      return [statement.kind];
    case 'makeFolder':
      return ['make_folder'];
    case 'emptyFolder':
      return ['empty_folder'];
    case 'copyTree':
      return ['copy_tree'];
    case 'write':
      return ['write_lines'];
    case 'say':
      return ['log'];
    case 'windows':
      return [statement.function];
    case 'when':
      return statement.condition.kind === 'onPath' ? ['on_path'] : [];
    case 'set':
    case 'comment':
      return [];
  }
}

function renderStep(step: Step, number: number): string[] {
  return [`step ${quotePowerShell(`${number}. ${step.title}`)}`, ...step.statements.flatMap(renderStatement)];
}

function renderStatement(statement: Statement): string[] {
  switch (statement.kind) {
    case 'run':
      return command(statement.attempts > 1 ? ['retry', String(statement.attempts)] : ['run'], statement.argv);
    case 'attempt':
      return command(['attempt'], statement.argv);
    case 'capture':
      return command(['capture', `'${statement.variable.name}'`], statement.argv);
    case 'expect':
      return command(
        ['expect', quotePowerShell(statement.expected), quotePowerShell(statement.advice)],
        statement.argv,
      );
    case 'need':
      return [`need ${quotePowerShell(statement.command)} ${quotePowerShell(statement.advice)}`];
    case 'set': {
      const name = statement.variable.name;
      return [`${statement.exported ? `$env:${name} = ` : ''}$${name} = ${quotePowerShell(statement.value)}`];
    }
    case 'makeFolder':
      return [`make_folder ${quotePowerShell(statement.path)}`];
    case 'emptyFolder':
      return [`empty_folder ${quotePowerShell(statement.path)}`];
    case 'copyTree':
      return [`copy_tree ${quotePowerShell(statement.from)} ${quotePowerShell(statement.to)}`];
    case 'write':
      return command(['write_lines', quotePowerShell(statement.path)], statement.lines);
    case 'windows':
      return [statement.function];
    case 'comment':
      return statement.lines.map((line) => `# ${line}`);
    case 'say':
      return [`log ${quotePowerShell(statement.message)}`];
    case 'fail':
      return [`fail ${quotePowerShell(statement.message)}`];
    case 'when':
      return renderBranch(statement);
  }
}

function renderBranch(statement: Statement & { kind: 'when' }): string[] {
  const indent = (branch: readonly Statement[]): string[] => branch.flatMap(renderStatement).map((line) => `  ${line}`);
  return [
    `if (${condition(statement.condition)}) {`,
    ...indent(statement.then),
    ...(statement.otherwise.length > 0 ? ['} else {', ...indent(statement.otherwise)] : []),
    '}',
  ];
}

function condition(test: Condition): string {
  switch (test.kind) {
    case 'isSet':
      return `$${test.variable.name} -ne ''`;
    case 'exists':
      return `Test-Path -LiteralPath ${quotePowerShell(test.path)}`;
    case 'onPath':
      return `on_path ${quotePowerShell(test.command)}`;
  }
}

function command(prefix: readonly string[], argv: readonly Word[]): string[] {
  return commandLines([...prefix, ...argv.map(quotePowerShell)], '`');
}
