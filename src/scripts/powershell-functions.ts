/** The functions that a rendered PowerShell script is made of, each written only where it is used. Their bash twins have the same names. */

import type { FunctionText } from './functions';
import type { WindowsFunction } from './script';

/** Their names, in the order in which they are written. */
export type PowerShellFunction =
  | 'log'
  | 'quoted'
  | 'text_of'
  | 'output_of'
  | 'annotate'
  | 'fail'
  | 'finish_step'
  | 'step'
  | 'run'
  | 'retry'
  | 'attempt'
  | 'capture'
  | 'expect'
  | 'on_path'
  | 'need'
  | 'make_folder'
  | 'empty_folder'
  | 'copy_tree'
  | 'write_lines'
  | WindowsFunction;

/** `@SCRIPT@` stands for the file's name. */
export const POWERSHELL_FUNCTIONS: Record<PowerShellFunction, FunctionText<PowerShellFunction>> = {
  log: {
    uses: [],
    text: `
function log {
  $line = "$args"
  [Console]::Out.WriteLine($line)
  [IO.File]::AppendAllText($LOG_FILE, "$line\`n")
}
`,
  },
  quoted: {
    uses: [],
    text: `
# The arguments as one line that can be pasted into a shell.
function quoted {
  $words = foreach ($word in $args) {
    if ($word -match '^[\\w@%+=:,./\\\\-]+$') { $word } else { "'" + ($word -replace "'", "''") + "'" }
  }
  $words -join ' '
}
`,
  },
  text_of: {
    uses: [],
    text: `
# A line that a command printed: up to PowerShell 7.5, an empty one on stderr would become its exception's name.
function text_of {
  if ($args[0] -is [Management.Automation.ErrorRecord]) { $args[0].Exception.Message } else { $args[0] }
}
`,
  },
  output_of: {
    uses: ['log', 'text_of'],
    text: `
# What a command prints, without the line breaks at its end; what it prints on stderr is logged.
function output_of {
  $rest = @($args | Select-Object -Skip 1)
  $lines = & $args[0] @rest 2>&1 | ForEach-Object {
    if ($_ -is [Management.Automation.ErrorRecord]) { log (text_of $_) } else { $_ }
  }
  (@($lines) -join "\`n").TrimEnd("\`n")
}
`,
  },
  annotate: {
    uses: [],
    text: `
# Shows an error on the pull request, where there is one.
function annotate {
  if ($env:GITHUB_ACTIONS -ne 'true') { return }
  $message = "$args" -replace '%', '%25' -replace "\`r", '%0D' -replace "\`n", '%0A'
  [Console]::Out.WriteLine("::error title=@SCRIPT@::$message")
}
`,
  },
  fail: {
    uses: ['annotate', 'log'],
    text: `
# Ends the script with a message that says what to do.
function fail {
  $message = "\${STEP}: $args"
  [Console]::Error.WriteLine("@SCRIPT@: $message")
  [IO.File]::AppendAllText($LOG_FILE, "@SCRIPT@: $message\`n")
  annotate $message
  exit 1
}
`,
  },
  finish_step: {
    uses: [],
    text: `
function finish_step {
  if ($STEP -eq '') { return }
  $seconds = [int] ([DateTime]::UtcNow - $STEP_STARTED).TotalSeconds
  [IO.File]::AppendAllText($STEPS_FILE, "$STEP\`t$seconds\`n")
  $script:STEP = ''
  if ($env:GITHUB_ACTIONS -eq 'true') { [Console]::Out.WriteLine('::endgroup::') }
}
`,
  },
  step: {
    uses: ['finish_step', 'log'],
    text: `
function step {
  finish_step
  $script:STEP = $args[0]
  $script:STEP_STARTED = [DateTime]::UtcNow
  $script:COMMAND = ''
  if ($env:GITHUB_ACTIONS -eq 'true') { [Console]::Out.WriteLine("::group::$STEP") }
  log "==> $STEP"
}
`,
  },
  run: {
    uses: ['quoted', 'log', 'text_of'],
    text: `
function run {
  $script:COMMAND = quoted @args
  log "+ $COMMAND"
  $rest = @($args | Select-Object -Skip 1)
  & $args[0] @rest 2>&1 | ForEach-Object { log (text_of $_) }
}
`,
  },
  retry: {
    uses: ['quoted', 'log', 'text_of'],
    text: `
# Runs a command that reaches over a network, up to so many times.
function retry {
  $attempts, $program = $args[0..1]
  $rest = @($args | Select-Object -Skip 2)
  $script:COMMAND = quoted $program @rest
  for ($attempt = 1; ; $attempt++) {
    # The last failure ends the script, like that of any command.
    $PSNativeCommandUseErrorActionPreference = $attempt -eq $attempts
    log "+ $COMMAND"
    & $program @rest 2>&1 | ForEach-Object { log (text_of $_) }
    if ($LASTEXITCODE -eq 0) { return }
    log "attempt $attempt of $attempts failed with exit status $LASTEXITCODE; trying again in $($attempt * 5) s"
    Start-Sleep -Seconds ($attempt * 5)
  }
}
`,
  },
  attempt: {
    uses: ['log', 'quoted', 'text_of'],
    text: `
# Runs a command whose failure does not matter.
function attempt {
  $PSNativeCommandUseErrorActionPreference = $false
  $rest = @($args | Select-Object -Skip 1)
  log "+ $(quoted @args) || true"
  try {
    & $args[0] @rest 2>&1 | ForEach-Object { [IO.File]::AppendAllText($LOG_FILE, "$(text_of $_)\`n") }
  } catch [Management.Automation.CommandNotFoundException] {
    [IO.File]::AppendAllText($LOG_FILE, "$_\`n")
  }
}
`,
  },
  capture: {
    uses: ['quoted', 'log', 'output_of'],
    text: `
# Keeps in a variable what a command prints.
function capture {
  $variable, $program = $args[0..1]
  $rest = @($args | Select-Object -Skip 2)
  $script:COMMAND = quoted $program @rest
  log "+ $COMMAND"
  $value = output_of $program @rest
  Set-Variable -Name $variable -Value $value -Scope Script
  log "$variable=$value"
}
`,
  },
  expect: {
    uses: ['quoted', 'fail', 'log', 'output_of'],
    text: `
# Fails with an advice unless a command prints what is expected.
function expect {
  $expected, $advice, $program = $args[0..2]
  $rest = @($args | Select-Object -Skip 3)
  $script:COMMAND = quoted $program @rest
  log "+ $COMMAND"
  $actual = output_of $program @rest
  if ($actual -cne $expected) { fail "expected '$expected', got '$actual' from: $COMMAND. $advice" }
}
`,
  },
  on_path: {
    uses: [],
    text: `
function on_path { $null -ne (Get-Command -Name $args[0] -CommandType Application -ErrorAction Ignore) }
`,
  },
  need: {
    uses: ['fail', 'on_path'],
    text: `
function need {
  $command, $advice = $args
  if (-not (on_path $command)) { fail "$command is not on the PATH. $advice" }
}
`,
  },
  make_folder: {
    uses: [],
    text: `
function make_folder { $null = New-Item -ItemType Directory -Force -Path $args[0] }
`,
  },
  empty_folder: {
    uses: ['make_folder'],
    text: `
function empty_folder {
  if (Test-Path -LiteralPath $args[0]) { Remove-Item -LiteralPath $args[0] -Recurse -Force }
  make_folder $args[0]
}
`,
  },
  copy_tree: {
    uses: ['fail', 'log', 'make_folder'],
    text: `
function copy_tree {
  $from, $to = $args
  if (-not (Test-Path -LiteralPath $from -PathType Container)) { fail "$from is not a folder" }
  if ("$to/".StartsWith("$from/")) {
    fail "$to lies inside $from, which would be copied into itself: set BUILD_DIR to another place"
  }
  log "+ copy $from to $to"
  make_folder $to
  Get-ChildItem -LiteralPath $from -Force | Copy-Item -Destination $to -Recurse -Force
}
`,
  },
  write_lines: {
    uses: [],
    text: `
# Writes a text file, each line ended with a line feed on every system.
function write_lines {
  $lines = @($args | Select-Object -Skip 1)
  [IO.File]::WriteAllText([IO.Path]::GetFullPath($args[0], $PWD.ProviderPath), ($lines -join "\`n") + "\`n")
}
`,
  },
  enter_msvc: {
    uses: ['fail', 'log', 'need', 'on_path'],
    text: `
# Makes the compiler and linker of Visual Studio visible, as its developer prompt does.
function enter_msvc {
  if (on_path 'cl.exe') {
    log 'cl.exe is on the PATH already'
    return
  }
  $advice = 'Install "Build Tools for Visual Studio 2022" with the workload "Desktop development with C++".'
  $vswhere = Join-Path \${env:ProgramFiles(x86)} 'Microsoft Visual Studio/Installer/vswhere.exe'
  if (-not (Test-Path -LiteralPath $vswhere)) { fail "$vswhere is missing. $advice" }
  $tools = 'Microsoft.VisualStudio.Component.VC.Tools.x86.x64'
  $studio = & $vswhere -latest -products '*' -requires $tools -property installationPath | Select-Object -First 1
  if (-not $studio) { fail "Visual Studio has no C++ tools for x86-64 ($tools). $advice" }
  log "entering the developer environment of $studio"
  Import-Module (Join-Path $studio 'Common7/Tools/Microsoft.VisualStudio.DevShell.dll')
  $null = Enter-VsDevShell -VsInstallPath $studio -SkipAutomaticLocation -DevCmdArguments '-arch=x64 -host_arch=x64 -no_logo'
  need 'cl.exe' $advice
}
`,
  },
  hide_conda_link: {
    uses: ['log'],
    text: `
# Conda's Git brings GNU's link.exe, which cargo and CMake would take for MSVC's linker.
function hide_conda_link {
  if (-not $env:CONDA_PREFIX) { return }
  foreach ($command in @(Get-Command -Name 'link.exe' -CommandType Application -All -ErrorAction Ignore)) {
    if (-not $command.Source.StartsWith($env:CONDA_PREFIX, [StringComparison]::OrdinalIgnoreCase)) { continue }
    log "moving $($command.Source) out of the way"
    Move-Item -LiteralPath $command.Source -Destination "$($command.Source).conda" -Force
  }
}
`,
  },
  use_vulkan_sdk: {
    uses: ['fail', 'log'],
    text: `
# Finds or installs the pinned Vulkan SDK; what its script prints last is the SDK's folder.
function use_vulkan_sdk {
  $script:COMMAND = 'scripts/install-vulkan-sdk.ps1'
  log "+ $COMMAND"
  $sdk = & (Join-Path $PSScriptRoot 'install-vulkan-sdk.ps1') | Select-Object -Last 1
  # A script that is called does not end this one where it exits.
  if (-not $sdk) { fail "$COMMAND found no SDK and installed none: its message is above" }
  $env:VULKAN_SDK = $sdk
  $env:PATH = (Join-Path $env:VULKAN_SDK 'Bin') + [IO.Path]::PathSeparator + $env:PATH
  log "VULKAN_SDK=$env:VULKAN_SDK"
}
`,
  },
};
