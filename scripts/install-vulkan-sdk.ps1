#!/usr/bin/env pwsh
#
# Finds or installs LunarG's Vulkan SDK for Windows, at the pinned version.
#
# Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/scripts/install-vulkan-sdk.ts). Do not edit it here:
# change the declaration and run `npx projen`.

#Requires -Version 7.4

param([switch] $Help)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$VERSION = '1.4.357.0'
$URL = 'https://sdk.lunarg.com/sdk/download/1.4.357.0/windows/vulkansdk-windows-X64-1.4.357.0.exe'
$SHA256 = '81f474711e9042f4cd22b31b2f7a8870db2e428b21586fb43dd80150be97310d'

if ($Help) {
  @"
Usage: scripts/install-vulkan-sdk.ps1 [-Help]

Finds or installs LunarG's Vulkan SDK $VERSION, silently, and prints its folder.

Inputs, as environment variables:
  VULKAN_SDK       An SDK that is installed already: it is used as it is.
  VULKAN_SDK_ROOT  The folder to install into; nothing is downloaded where it holds the SDK.
                   Default: build/vulkan-sdk/1.4.357.0 in the checkout
"@
  exit 0
}

function fail {
  [Console]::Error.WriteLine("install-vulkan-sdk.ps1: $args")
  exit 1
}

function is_sdk {
  (Test-Path -LiteralPath (Join-Path $args[0] 'Include/vulkan/vulkan.h')) -and
    (Test-Path -LiteralPath (Join-Path $args[0] 'Lib/vulkan-1.lib'))
}

if ($env:VULKAN_SDK) {
  if (-not (is_sdk $env:VULKAN_SDK)) { fail "VULKAN_SDK is $env:VULKAN_SDK, which holds no SDK: correct it, or remove it" }
  $env:VULKAN_SDK
  exit 0
}

$root = Join-Path (Split-Path -Parent $PSScriptRoot) 'build/vulkan-sdk/1.4.357.0'
if ($env:VULKAN_SDK_ROOT) { $root = [IO.Path]::GetFullPath($env:VULKAN_SDK_ROOT, $PWD.Path) }
if (is_sdk $root) {
  $root
  exit 0
}

# Downloaded to a file of its own name, and run only if it is the pinned one.
$installer = Join-Path ([IO.Path]::GetTempPath()) "vulkansdk-$([Guid]::NewGuid()).exe"
try {
  [Console]::Error.WriteLine("downloading $URL")
  Invoke-WebRequest -Uri $URL -OutFile $installer -MaximumRetryCount 4 -RetryIntervalSec 5
  $actual = (Get-FileHash -LiteralPath $installer -Algorithm SHA256).Hash.ToLowerInvariant()
  if ($actual -ne $SHA256) { fail "$URL has the SHA-256 $actual, not the pinned ${SHA256}: do not run it; check the pin" }
  $arguments = '--root', "`"$root`"", '--accept-licenses', '--default-answer', '--confirm-command', 'install'
  $process = Start-Process -FilePath $installer -ArgumentList $arguments -Wait -PassThru
  if ($process.ExitCode -ne 0) { fail "the installer ended with exit status $($process.ExitCode): run this as administrator" }
} finally {
  Remove-Item -LiteralPath $installer -Force -ErrorAction Ignore
}
if (-not (is_sdk $root)) { fail "the installer ran, but $root holds no SDK" }
$root
