/** Where files lie, from the checkout's root. */
import type { PlannedBuild, PlannedFiles, PlannedPlatform } from './plan';

/** The files and folders of a pipeline; a variant has a Dockerfile and an environment of its own. */
export const FILES: PlannedFiles = {
  output: 'dist',
  build: 'build',
  overlay: 'scripts/overlay',
  buildRequirements: 'scripts/build-requirements.txt',
  locks: 'scripts/locks',
  environment: 'docker/environment.yml',
  dockerfile: 'docker/Dockerfile',
};

/** The packed Python program that executes the plan, where a repository does not have its sources. */
export const PACKED_PROGRAM = 'scripts/wheel_pipeline.pyz';

/** What lies where in the folder for everything in between; `src/runtime/wheel_pipeline/workspace.py` makes them. */
export const BUILD_FOLDERS = {
  logs: `${FILES.build}/logs`,
  source: `${FILES.build}/source`,
  raw: `${FILES.build}/raw`,
  repaired: `${FILES.build}/repaired`,
  testEnvironment: `${FILES.build}/test-environment`,
  testReport: `${FILES.build}/test-report`,
  vulkanSdk: `${FILES.build}/vulkan-sdk`,
} as const;

/** Where wheels are kept between builds, from the folder for everything in between. */
export const WHEEL_CACHE = 'wheel-cache';

/** Where the compiler cache lies, from there too. */
export const COMPILER_CACHE = 'sccache';

/** The Dockerfile of a build; editors and linters know both names. */
export function dockerfileOf(variant?: string): string {
  return variant === undefined ? FILES.dockerfile : `docker/${variant}.Dockerfile`;
}

/** The Conda environment file of a build. */
export function environmentFileOf(variant?: string): string {
  return variant === undefined ? FILES.environment : `docker/environment-${variant}.yml`;
}

/** What pip installs into the Conda environment of a build, by hash. */
export function testRequirementsFileOf(variant?: string): string {
  return `scripts/${['test-requirements', variant].filter(Boolean).join('-')}.txt`;
}

export function pythonPackagesFileOf(variant?: string): string {
  return `docker/requirements${variant === undefined ? '' : `-${variant}`}.txt`;
}

/** The explicit lock file of a platform: who commits it decides when versions change. */
export function lockFileOf(condaSubdir: string, variant?: string): string {
  return `docker/conda-${condaSubdir}${variant === undefined ? '' : `-${variant}`}.lock`;
}

/** Where the wheels of a platform lie. */
export function outputFolder({ id }: PlannedPlatform): string {
  return `${FILES.output}/${id}`;
}

/** Where the Vulkan SDK is installed on Windows: a folder that CI can keep. */
export function vulkanSdkFolder({ version }: NonNullable<PlannedBuild['vulkanSdk']>): string {
  return `${BUILD_FOLDERS.vulkanSdk}/${version}`;
}
