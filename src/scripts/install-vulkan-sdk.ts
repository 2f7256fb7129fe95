/** `scripts/install-vulkan-sdk.ps1`: LunarG's Vulkan SDK, at the pinned version and checksum. */
import { FOLDERS } from './inputs';
import { VULKAN_SDK } from '../declaration/pins';

export const INSTALL_VULKAN_SDK = 'scripts/install-vulkan-sdk.ps1';

/** Where the SDK is put, from the checkout's root: a folder that CI can keep. */
export const VULKAN_SDK_FOLDER = `${FOLDERS.build}/vulkan-sdk/${VULKAN_SDK.version}`;

/** The file's lines. */
export function installVulkanSdk(header: readonly string[]): string[] {
  const { version, url, sha256 } = VULKAN_SDK;
  return `
#!/usr/bin/env pwsh
#
${header.map((line) => `# ${line}`.trimEnd()).join('\n')}

#Requires -Version 7.4

param([switch] $Help)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$VERSION = '${version}'
$URL = '${url}'
$SHA256 = '${sha256}'

if ($Help) {
  @"
Usage: scripts/install-vulkan-sdk.ps1 [-Help]

Finds or installs LunarG's Vulkan SDK $VERSION, silently, and prints its folder.

Inputs, as environment variables:
  VULKAN_SDK       An SDK that is installed already: it is used as it is.
  VULKAN_SDK_ROOT  The folder to install into; nothing is downloaded where it holds the SDK.
                   Default: ${VULKAN_SDK_FOLDER} in the checkout
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

$root = Join-Path (Split-Path -Parent $PSScriptRoot) '${VULKAN_SDK_FOLDER}'
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
  if ($actual -ne $SHA256) { fail "$URL has the SHA-256 $actual, not the pinned \${SHA256}: do not run it; check the pin" }
  $arguments = '--root', "\`"$root\`"", '--accept-licenses', '--default-answer', '--confirm-command', 'install'
  $process = Start-Process -FilePath $installer -ArgumentList $arguments -Wait -PassThru
  if ($process.ExitCode -ne 0) { fail "the installer ended with exit status $($process.ExitCode): run this as administrator" }
} finally {
  Remove-Item -LiteralPath $installer -Force -ErrorAction Ignore
}
if (-not (is_sdk $root)) { fail "the installer ran, but $root holds no SDK" }
$root
`
    .trim()
    .split('\n');
}
