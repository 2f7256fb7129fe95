/** Where files lie, from the checkout's root. */
import type { PlannedBuild, PlannedPlatform } from './plan';
import { BuildFolder, FOLDERS } from '../contract/tables';

/** The files and folders of a pipeline; a variant has a Dockerfile and an environment of its own. */
export const FILES = FOLDERS;

/** The packed Python program that executes the plan, where a repository does not have its sources. */
export const PACKED_PROGRAM = 'scripts/wheel_pipeline.pyz';

/** Folders in the default BUILD_DIR. */
export const BUILD_FOLDERS = Object.fromEntries(
  Object.entries(FOLDERS.inBuild).map(([name, folder]) => [name, `${FILES.build}/${folder}`]),
) as { readonly [name in BuildFolder]: string };

/** Folder of kept wheels, relative to BUILD_DIR. */
export const WHEEL_CACHE = FOLDERS.inBuild.wheelCache;

/** Folder of the compiler cache, relative to BUILD_DIR. */
export const COMPILER_CACHE = FOLDERS.inBuild.compilerCache;

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
