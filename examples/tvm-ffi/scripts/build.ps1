#!/usr/bin/env pwsh
#
# Builds the wheels of tvm-ffi-wheels (apache-tvm-ffi) from source, repairs, inspects and records them.
#
# Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/scripts/build.ts). Do not edit it here:
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
Usage: scripts/build.ps1 [-Help]

Builds the wheels of tvm-ffi-wheels (apache-tvm-ffi) from source, repairs, inspects and records
them.

Inputs, as environment variables (tvm-ffi-wheels):
  SOURCE_DIR         Build this tree instead of the pinned source. It is copied first and stays as
                     it is.
                     Default: the pinned source is fetched
  WHEEL_VERSION      The wheels' version, PEP 440, with or without a leading v.
                     Default: a development version that names the source's commit
  OUTPUT_DIR         The folder of the finished wheels, their SHA256SUMS and build-record.json.
                     Default: dist/<platform> in the checkout
  BUILD_DIR          The folder for everything in between: source, logs, compiler cache. It can be
                     deleted at any time.
                     Default: build in the checkout
  JOBS               How many compilers run at once.
                     Default: the number of processors
  SCCACHE_DIR        The compiler cache's folder. sccache's other variables (SCCACHE_BUCKET,
                     SCCACHE_REDIS_ENDPOINT …) work as well.
                     Default: <BUILD_DIR>/sccache
  SOURCE_DATE_EPOCH  The time that the files in the wheels carry, in seconds since 1970, so that two
                     builds give the same bytes.
                     Default: 315532800: 1980-01-01, the zip format's first day
  TOOLCHAIN_IMAGE    The image that this runs in, by digest, for the build record.
                     Default: none
'@
  exit 0
}
if ($args.Count -gt 0) {
  [Console]::Error.WriteLine("build.ps1: unknown argument '$($args[0])'; it takes its inputs as environment variables, see -Help")
  exit 2
}

$ROOT = Split-Path -Parent $PSScriptRoot

$architecture = "$([Runtime.InteropServices.RuntimeInformation]::OSArchitecture)"
switch ($architecture) {
  'X64' { $PLATFORM = 'windows-amd64' }
  default {
    [Console]::Error.WriteLine("build.ps1: nothing is declared for $architecture; the declared Windows platforms are: windows-amd64")
    exit 1
  }
}

# What the caller may set; see -Help.
function given { if ($args[0]) { $args[0] } else { $args[1] } }
function absolute { if ($args[0]) { [IO.Path]::GetFullPath($args[0], $PWD.ProviderPath).Replace("\", "/") } else { "" } }
$SOURCE_DIR = absolute (given $env:SOURCE_DIR '')
$WHEEL_VERSION = given $env:WHEEL_VERSION ''
$OUTPUT_DIR = absolute (given $env:OUTPUT_DIR "${ROOT}/dist/${PLATFORM}")
$BUILD_DIR = absolute (given $env:BUILD_DIR "${ROOT}/build")
$JOBS = given $env:JOBS "$([Environment]::ProcessorCount)"
if ($JOBS -notmatch '^[1-9][0-9]*\z') {
  [Console]::Error.WriteLine("build.ps1: JOBS: '$JOBS' must be a whole number above 0")
  exit 2
}
$SCCACHE_DIR = absolute (given $env:SCCACHE_DIR "${BUILD_DIR}/sccache")
$SOURCE_DATE_EPOCH = given $env:SOURCE_DATE_EPOCH '315532800'
if ($SOURCE_DATE_EPOCH -notmatch '^[1-9][0-9]*\z') {
  [Console]::Error.WriteLine("build.ps1: SOURCE_DATE_EPOCH: '$SOURCE_DATE_EPOCH' must be a whole number above 0")
  exit 2
}
$TOOLCHAIN_IMAGE = given $env:TOOLCHAIN_IMAGE ''

# How this script reports: every step is named, every command is printed and logged, and whatever fails says where.
$LOG_FILE = "${BUILD_DIR}/logs/build.log"
$STEPS_FILE = "${BUILD_DIR}/logs/build-steps.tsv"
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
  [Console]::Out.WriteLine("::error title=build.ps1::$message")
}

# Ends the script with a message that says what to do.
function fail {
  $message = "${STEP}: $args"
  [Console]::Error.WriteLine("build.ps1: $message")
  [IO.File]::AppendAllText($LOG_FILE, "build.ps1: $message`n")
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

# Runs a command whose failure does not matter.
function attempt {
  $PSNativeCommandUseErrorActionPreference = $false
  $rest = @($args | Select-Object -Skip 1)
  log "+ $(quoted @args) || true"
  try {
    & $args[0] @rest 2>&1 | ForEach-Object { [IO.File]::AppendAllText($LOG_FILE, "$(text_of $_)`n") }
  } catch [Management.Automation.CommandNotFoundException] {
    [IO.File]::AppendAllText($LOG_FILE, "$_`n")
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

function make_folder { $null = New-Item -ItemType Directory -Force -Path $args[0] }

function empty_folder {
  if (Test-Path -LiteralPath $args[0]) { Remove-Item -LiteralPath $args[0] -Recurse -Force }
  make_folder $args[0]
}

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

# Writes a text file, each line ended with a line feed on every system.
function write_lines {
  $lines = @($args | Select-Object -Skip 1)
  [IO.File]::WriteAllText([IO.Path]::GetFullPath($args[0], $PWD.ProviderPath), ($lines -join "`n") + "`n")
}

# Makes the compiler and linker of Visual Studio visible, as its developer prompt does.
function enter_msvc {
  if (on_path 'cl.exe') {
    log 'cl.exe is on the PATH already'
    return
  }
  $advice = 'Install "Build Tools for Visual Studio 2022" with the workload "Desktop development with C++".'
  $vswhere = Join-Path ${env:ProgramFiles(x86)} 'Microsoft Visual Studio/Installer/vswhere.exe'
  if (-not (Test-Path -LiteralPath $vswhere)) { fail "$vswhere is missing. $advice" }
  $tools = 'Microsoft.VisualStudio.Component.VC.Tools.x86.x64'
  $studio = & $vswhere -latest -products '*' -requires $tools -property installationPath | Select-Object -First 1
  if (-not $studio) { fail "Visual Studio has no C++ tools for x86-64 ($tools). $advice" }
  log "entering the developer environment of $studio"
  Import-Module (Join-Path $studio 'Common7/Tools/Microsoft.VisualStudio.DevShell.dll')
  $null = Enter-VsDevShell -VsInstallPath $studio -SkipAutomaticLocation -DevCmdArguments '-arch=x64 -host_arch=x64 -no_logo'
  need 'cl.exe' $advice
}

# Conda's Git brings GNU's link.exe, which cargo and CMake would take for MSVC's linker.
function hide_conda_link {
  if (-not $env:CONDA_PREFIX) { return }
  foreach ($command in @(Get-Command -Name 'link.exe' -CommandType Application -All -ErrorAction Ignore)) {
    if (-not $command.Source.StartsWith($env:CONDA_PREFIX, [StringComparison]::OrdinalIgnoreCase)) { continue }
    log "moving $($command.Source) out of the way"
    Move-Item -LiteralPath $command.Source -Destination "$($command.Source).conda" -Force
  }
}

# Whatever ends the script early is named: the step, the command and the log.
trap {
  # It is in force from the first line on; before the first step, the error speaks for itself.
  if ($STEP -eq '') { break }
  $status = 1
  if ($_.Exception -is [Management.Automation.NativeCommandExitException]) { $status = $_.Exception.ExitCode }
  if ($env:GITHUB_ACTIONS -eq 'true') { [Console]::Out.WriteLine('::endgroup::') }
  [Console]::Error.WriteLine("`nbuild.ps1: step `"$STEP`" failed with exit status ${status}: $_")
  [Console]::Error.WriteLine("  command: $COMMAND`n  log:     $LOG_FILE")
  annotate "step `"$STEP`" failed with exit status ${status}: $COMMAND"
  exit $status
}

step '1. Check the tools'
need 'python' 'Use the toolchain image, or activate the Conda environment of docker/environment.yml.'
empty_folder "${BUILD_DIR}/records"
run 'python' "${ROOT}/scripts/buildtool.py" 'tools' `
  "--platform=${PLATFORM}" `
  "--output=${BUILD_DIR}/records/tools.tsv"
capture 'PLATFORM_TAG' 'python' "${ROOT}/scripts/buildtool.py" 'platform-tag' "--platform=${PLATFORM}"

step '2. Enter the compiler environment'
enter_msvc
hide_conda_link
need 'link.exe' 'The C++ workload brings it.'

step '3. Fetch the source'
empty_folder "${BUILD_DIR}/source"
if ($SOURCE_DIR -ne '') {
  copy_tree "${SOURCE_DIR}" "${BUILD_DIR}/source"
} else {
  empty_folder "${BUILD_DIR}/sdist"
  write_lines "${BUILD_DIR}/sdist/requirement.txt" `
    'apache-tvm-ffi==0.1.15.post2 --hash=sha256:909be9ef5af07726aa9afd38a3111abc4d86cfd5927ebedfa9166232ce7d287b'
  retry 4 'python' '-m' 'pip' 'download' `
    '--no-deps' `
    '--no-build-isolation' `
    '--no-binary=:all:' `
    '--require-hashes' `
    "--requirement=${BUILD_DIR}/sdist/requirement.txt" `
    "--dest=${BUILD_DIR}/sdist"
  capture 'ARCHIVE' 'python' "${ROOT}/scripts/buildtool.py" 'only' "${BUILD_DIR}/sdist" '*.tar.gz'
  run 'tar' '-xzf' "${ARCHIVE}" '--strip-components=1' '-C' "${BUILD_DIR}/source"
}

step '4. Set the version'
capture 'COMMIT' 'python' "${ROOT}/scripts/buildtool.py" 'commit' "--source-dir=${SOURCE_DIR}"
capture 'VERSION' 'python' "${ROOT}/scripts/buildtool.py" 'version' `
  "--version=${WHEEL_VERSION}" `
  "--commit=${COMMIT}"

step '5. Prepare the environment'
empty_folder "${BUILD_DIR}/cmake"
empty_folder "${BUILD_DIR}/raw"
empty_folder "${BUILD_DIR}/amended"
empty_folder "${BUILD_DIR}/repaired"
empty_folder "${BUILD_DIR}/finished"
$env:SOURCE_DATE_EPOCH = $SOURCE_DATE_EPOCH = "${SOURCE_DATE_EPOCH}"
$env:CMAKE_GENERATOR = $CMAKE_GENERATOR = 'Ninja'
$env:CMAKE_BUILD_PARALLEL_LEVEL = $CMAKE_BUILD_PARALLEL_LEVEL = "${JOBS}"
$env:CARGO_BUILD_JOBS = $CARGO_BUILD_JOBS = "${JOBS}"
# A source that is no repository must not be taken for a part of the checkout around it.
$env:GIT_CEILING_DIRECTORIES = $GIT_CEILING_DIRECTORIES = "${BUILD_DIR}"
if (on_path 'sccache') {
  $env:SCCACHE_DIR = $SCCACHE_DIR = "${SCCACHE_DIR}"
  $env:CMAKE_C_COMPILER_LAUNCHER = $CMAKE_C_COMPILER_LAUNCHER = 'sccache'
  $env:CMAKE_CXX_COMPILER_LAUNCHER = $CMAKE_CXX_COMPILER_LAUNCHER = 'sccache'
  $env:RUSTC_WRAPPER = $RUSTC_WRAPPER = 'sccache'
  # A server of its own: one that another build started, here or in a container, may not see these files.
  capture 'CACHE_PORT' 'python' "${ROOT}/scripts/buildtool.py" 'cache-port'
  $env:SCCACHE_SERVER_PORT = $SCCACHE_SERVER_PORT = "${CACHE_PORT}"
}

step '6. Build the wheel of apache-tvm-ffi'
run 'python' '-m' 'pip' 'wheel' `
  '--no-deps' `
  '--no-build-isolation' `
  '--check-build-dependencies' `
  '--no-cache-dir' `
  "--wheel-dir=${BUILD_DIR}/raw/apache-tvm-ffi" `
  "--config-settings=build-dir=${BUILD_DIR}/cmake/apache-tvm-ffi" `
  '--config-settings=cmake.define.CMAKE_BUILD_WITH_INSTALL_RPATH=ON' `
  "${BUILD_DIR}/source"

step '7. Set the metadata of apache-tvm-ffi'
run 'python' "${ROOT}/scripts/wheeltool.py" 'amend' "${BUILD_DIR}/raw/apache-tvm-ffi" `
  '--distribution=apache-tvm-ffi' `
  "--version=${VERSION}" `
  "--commit=${COMMIT}" `
  "--siblings=${BUILD_DIR}/finished" `
  "--output-dir=${BUILD_DIR}/amended/apache-tvm-ffi" `
  "--changes=${BUILD_DIR}/records/changes.json"
capture 'WHEEL' 'python' "${ROOT}/scripts/buildtool.py" 'only' "${BUILD_DIR}/amended/apache-tvm-ffi" '*.whl'

step '8. Repair the wheel of apache-tvm-ffi'
run 'delvewheel' 'repair' `
  '--analyze-existing' `
  '--ignore-existing' `
  "--wheel-dir=${BUILD_DIR}/repaired/apache-tvm-ffi" `
  "${WHEEL}"
run 'python' "${ROOT}/scripts/wheeltool.py" 'amend' "${BUILD_DIR}/repaired/apache-tvm-ffi" `
  '--distribution=apache-tvm-ffi' `
  "--siblings=${BUILD_DIR}/finished" `
  "--output-dir=${BUILD_DIR}/finished" `
  "--changes=${BUILD_DIR}/records/changes.json"

step '9. Inspect the wheels'
run 'python' "${ROOT}/scripts/wheeltool.py" 'inspect' "${BUILD_DIR}/finished" `
  "--platform=${PLATFORM}" `
  "--platform-tag=${PLATFORM_TAG}" `
  "--version=${VERSION}"

step '10. Record the build'
if (on_path 'sccache') {
  run 'python' "${ROOT}/scripts/buildtool.py" 'cache-stats' "--output=${BUILD_DIR}/records/compiler-cache.json"
  attempt 'sccache' '--stop-server'
}
run 'python' "${ROOT}/scripts/wheeltool.py" 'record' "${BUILD_DIR}/finished" `
  "--platform=${PLATFORM}" `
  "--commit=${COMMIT}" `
  "--tree=${BUILD_DIR}/source" `
  "--source-dir=${SOURCE_DIR}" `
  "--image=${TOOLCHAIN_IMAGE}" `
  "--tools=${BUILD_DIR}/records/tools.tsv" `
  "--steps=${BUILD_DIR}/logs/build-steps.tsv" `
  "--changes=${BUILD_DIR}/records/changes.json" `
  "--cache-stats=${BUILD_DIR}/records/compiler-cache.json"
run 'python' "${ROOT}/scripts/buildtool.py" 'deliver' "${BUILD_DIR}/finished" "${OUTPUT_DIR}"
log "The wheels are in ${OUTPUT_DIR}"

finish_step
# Not the exit status of the last program, which may be one whose failure does not matter.
exit 0
