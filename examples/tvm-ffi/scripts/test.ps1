#!/usr/bin/env pwsh
#
# Installs the wheels of tvm-ffi-wheels (apache-tvm-ffi) into a fresh environment and tests them there.
#
# Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/scripts/test.ts). Do not edit it here:
# change the declaration and run `npx projen`.

#Requires -Version 7.4

param([switch] $Help)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
# What the tools print is UTF-8, whatever the console was set to.
[Console]::OutputEncoding = [Text.UTF8Encoding]::new()
$env:PYTHONUTF8 = '1'
$STEP = ''
$COMMAND = ''

if ($Help) {
  @'
Usage: scripts/test.ps1 [-Help]

Installs the wheels of tvm-ffi-wheels (apache-tvm-ffi) into a fresh environment and tests them
there.

Inputs, as environment variables (tvm-ffi-wheels):
  OUTPUT_DIR     The folder of the finished wheels, their SHA256SUMS and build-record.json.
                 Default: dist/<platform> in the checkout
  BUILD_DIR      The folder for everything in between: source, logs, compiler cache. It can be
                 deleted at any time.
                 Default: build in the checkout
  WHEEL_VERSION  The wheels' version, PEP 440, with or without a leading v.
                 Default: a development version that names the source's commit
'@
  exit 0
}
if ($args.Count -gt 0) {
  [Console]::Error.WriteLine("test.ps1: unknown argument '$($args[0])'; it takes its inputs as environment variables, see -Help")
  exit 2
}

$ROOT = Split-Path -Parent $PSScriptRoot

$architecture = "$([Runtime.InteropServices.RuntimeInformation]::OSArchitecture)"
switch ($architecture) {
  'X64' { $PLATFORM = 'windows-amd64' }
  default {
    [Console]::Error.WriteLine("test.ps1: nothing is declared for $architecture; the declared Windows platforms are: windows-amd64")
    exit 1
  }
}

# What the caller may set; see -Help.
function given { if ($args[0]) { $args[0] } else { $args[1] } }
function absolute { if ($args[0]) { [IO.Path]::GetFullPath($args[0], $PWD.ProviderPath).Replace("\", "/") } else { "" } }
$OUTPUT_DIR = absolute (given $env:OUTPUT_DIR "${ROOT}/dist/${PLATFORM}")
$BUILD_DIR = absolute (given $env:BUILD_DIR "${ROOT}/build")
$WHEEL_VERSION = given $env:WHEEL_VERSION ''

# How this script reports: every step is named, every command is printed and logged, and whatever fails says where.
$LOG_FILE = "${BUILD_DIR}/logs/test.log"
$STEPS_FILE = "${BUILD_DIR}/logs/test-steps.tsv"
$null = New-Item -ItemType Directory -Force -Path "${BUILD_DIR}/logs"
[IO.File]::WriteAllText($LOG_FILE, '')
[IO.File]::WriteAllText($STEPS_FILE, '')
$STEP_STARTED = [DateTime]::UtcNow

function log {
  $line = "$args"
  [Console]::Out.WriteLine($line)
  [IO.File]::AppendAllText($LOG_FILE, "$line`n")
}

# The arguments as one line that can be pasted into a shell.
function quoted {
  $words = foreach ($word in $args) {
    if ($word -match '^[\w@%+=:,./\\-]+$') { $word } else { "'" + ($word -replace "'", "''") + "'" }
  }
  $words -join ' '
}

# A line that a command printed: up to PowerShell 7.5, an empty one on stderr would become its exception's name.
function text_of {
  if ($args[0] -is [Management.Automation.ErrorRecord]) { $args[0].Exception.Message } else { $args[0] }
}

# What a command prints, without the line breaks at its end; what it prints on stderr is logged.
function output_of {
  $rest = @($args | Select-Object -Skip 1)
  $lines = & $args[0] @rest 2>&1 | ForEach-Object {
    if ($_ -is [Management.Automation.ErrorRecord]) { log (text_of $_) } else { $_ }
  }
  (@($lines) -join "`n").TrimEnd("`n")
}

# Shows an error on the pull request, where there is one.
function annotate {
  if ($env:GITHUB_ACTIONS -ne 'true') { return }
  $message = "$args" -replace '%', '%25' -replace "`r", '%0D' -replace "`n", '%0A'
  [Console]::Out.WriteLine("::error title=test.ps1::$message")
}

# Ends the script with a message that says what to do.
function fail {
  $message = "${STEP}: $args"
  [Console]::Error.WriteLine("test.ps1: $message")
  [IO.File]::AppendAllText($LOG_FILE, "test.ps1: $message`n")
  annotate $message
  exit 1
}

function finish_step {
  if ($STEP -eq '') { return }
  $seconds = [int] ([DateTime]::UtcNow - $STEP_STARTED).TotalSeconds
  [IO.File]::AppendAllText($STEPS_FILE, "$STEP`t$seconds`n")
  $script:STEP = ''
  if ($env:GITHUB_ACTIONS -eq 'true') { [Console]::Out.WriteLine('::endgroup::') }
}

function step {
  finish_step
  $script:STEP = $args[0]
  $script:STEP_STARTED = [DateTime]::UtcNow
  $script:COMMAND = ''
  if ($env:GITHUB_ACTIONS -eq 'true') { [Console]::Out.WriteLine("::group::$STEP") }
  log "==> $STEP"
}

function run {
  $script:COMMAND = quoted @args
  log "+ $COMMAND"
  $rest = @($args | Select-Object -Skip 1)
  & $args[0] @rest 2>&1 | ForEach-Object { log (text_of $_) }
}

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

function on_path { $null -ne (Get-Command -Name $args[0] -CommandType Application -ErrorAction Ignore) }

function need {
  $command, $advice = $args
  if (-not (on_path $command)) { fail "$command is not on the PATH. $advice" }
}

# Whatever ends the script early is named: the step, the command and the log.
trap {
  # It is in force from the first line on; before the first step, the error speaks for itself.
  if ($STEP -eq '') { break }
  $status = 1
  if ($_.Exception -is [Management.Automation.NativeCommandExitException]) { $status = $_.Exception.ExitCode }
  if ($env:GITHUB_ACTIONS -eq 'true') { [Console]::Out.WriteLine('::endgroup::') }
  [Console]::Error.WriteLine("`ntest.ps1: step `"$STEP`" failed with exit status ${status}: $_")
  [Console]::Error.WriteLine("  command: $COMMAND`n  log:     $LOG_FILE")
  annotate "step `"$STEP`" failed with exit status ${status}: $COMMAND"
  exit $status
}

step '1. Check the wheels against their record'
need 'python' 'Use the toolchain image, or activate the Conda environment of docker/environment.yml.'
run 'python' "${ROOT}/scripts/wheeltool.py" 'verify-sums' "${OUTPUT_DIR}"
capture 'PLATFORM_TAG' 'python' "${ROOT}/scripts/buildtool.py" 'platform-tag' "--platform=${PLATFORM}"
run 'python' "${ROOT}/scripts/wheeltool.py" 'inspect' "${OUTPUT_DIR}" `
  "--platform=${PLATFORM}" `
  "--platform-tag=${PLATFORM_TAG}" `
  "--version=${WHEEL_VERSION}"

step '2. Make a fresh environment'
run 'python' '-m' 'venv' '--clear' "${BUILD_DIR}/test-environment"
capture 'TEST_PYTHON' 'python' "${ROOT}/scripts/buildtool.py" 'python-of' "${BUILD_DIR}/test-environment"

step '3. Install the test requirements'
retry 4 "${TEST_PYTHON}" '-m' 'pip' `
  '--disable-pip-version-check' `
  'install' `
  '--quiet' `
  '--no-deps' `
  '--only-binary=:all:' `
  "--requirement=${ROOT}/scripts/test-requirements.txt"

step '4. Install the wheels'
run "${TEST_PYTHON}" '-m' 'pip' `
  '--disable-pip-version-check' `
  'install' `
  '--quiet' `
  '--no-deps' `
  '--no-index' `
  '--only-binary=:all:' `
  "--find-links=${OUTPUT_DIR}" `
  'apache-tvm-ffi'

step '5. Check what is installed'
run 'python' "${ROOT}/scripts/checks.py" `
  "--python=${TEST_PYTHON}" `
  "--wheels=${OUTPUT_DIR}" `
  "--report=${BUILD_DIR}/test-report/${PLATFORM}.json"

finish_step
# Not the exit status of the last program, which may be one whose failure does not matter.
exit 0
