#!/usr/bin/env pwsh
# Finds Python and runs @PROGRAM@; --help lists the options.
# It runs in Windows PowerShell 5.1 as well.
#
# Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/constructs/scripts/wrapper.ps1). Do not edit it here.

$command = '@COMMAND@'
$program = Join-Path (Split-Path -Parent $PSScriptRoot) '@PROGRAM@'
$probe = 'import sys; print(sys.version.split()[0]); sys.exit(sys.version_info < (3, 12))'

# -E: variables such as PYTHONHOME are meant for the caller's own Python.
$candidates = @(@{ Name = 'python'; Options = @('-E') }, @{ Name = 'py'; Options = @('-3', '-E') })
if ($env:PYTHON) { $candidates = @(@{ Name = $env:PYTHON; Options = @('-E') }) }

# PowerShell makes an array of `a,b`, which would arrive as two words.
$words = @($args | ForEach-Object { if ($_ -is [array]) { $_ -join ',' } else { $_ } })
if ($PSVersionTable.PSVersion.Major -lt 6) {
  # That version hands over an argument without the quotes and backslashes that programs expect.
  $words = @($words | ForEach-Object {
      $word = "$_" -replace '(\\*)"', '$1$1\"'
      if ($word -eq '') { '""' } elseif ($word -match '\s') { $word -replace '(\\+)$', '$1$1' } else { $word }
    })
}

$found = ''
foreach ($candidate in $candidates) {
  $name, $options, $version = $candidate.Name, $candidate.Options, 'missing'
  if (Get-Command -Name $name -CommandType Application -ErrorAction SilentlyContinue) {
    $version = & $name @options -c $probe 2>$null
    if ($LASTEXITCODE -eq 0) {
      & $name @options $program $command @words
      exit $LASTEXITCODE
    }
  }
  $found += ", $name is $(if ($version) { $version } else { 'broken' })"
}

$advice = 'activate the Conda environment of docker/environment.yml; docs/local-development.md says how'
[Console]::Error.WriteLine("$command.ps1: Python 3.12 or newer is needed${found}: $advice")
exit 1
