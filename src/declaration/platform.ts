import { mustBeUnique } from './error';
import { choice, listOf } from './schema/values';

/** A platform that wheels are built for: an operating system on a processor. */
export enum Platform {
  /** Linux on x86-64. */
  LINUX_X86_64 = 'linux-x86_64',
  /** Linux on 64-bit ARM. */
  LINUX_AARCH64 = 'linux-aarch64',
  /** Windows on x86-64. */
  WINDOWS_AMD64 = 'windows-amd64',
}

/** An operating system, which decides the shell, the repair tool and the workflow. */
export enum System {
  /** Linux, inside the toolchain image. */
  LINUX = 'linux',
  /** Windows, on the runner. */
  WINDOWS = 'windows',
}

/** An operating system by its name. */
export type SystemName = `${System}`;

/** The operating systems. */
export const SYSTEMS = ['linux', 'windows'] as const;

/** What is known of a platform. */
export interface PlatformFacts {
  readonly system: SystemName;
  /** The GitHub-hosted runner; @see https://github.com/actions/runner-images */
  readonly runner: string;
  /** The subdirectory of a Conda channel; @see https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/channels.html */
  readonly condaSubdir: string;
  /** What `uname -m` says there (Linux), or `PROCESSOR_ARCHITECTURE` (Windows); Python's `platform.machine()` on both. */
  readonly machine: string;
  /** The platform as people write it. */
  readonly title: string;
}

const FACTS: Record<Platform, PlatformFacts> = {
  [Platform.LINUX_X86_64]: {
    system: 'linux',
    runner: 'ubuntu-24.04',
    condaSubdir: 'linux-64',
    machine: 'x86_64',
    title: 'Linux x86-64',
  },
  [Platform.LINUX_AARCH64]: {
    system: 'linux',
    runner: 'ubuntu-24.04-arm',
    condaSubdir: 'linux-aarch64',
    machine: 'aarch64',
    title: 'Linux aarch64',
  },
  [Platform.WINDOWS_AMD64]: {
    system: 'windows',
    runner: 'windows-2022',
    condaSubdir: 'win-64',
    machine: 'AMD64',
    title: 'Windows x86-64',
  },
};

/** The schema of a list of platforms. @internal */
export const platformsSchema = listOf(choice(Platform), 'at least one platform');

/** The schema of an operating system. @internal */
export const systemSchema = choice(System);

/** The facts of a platform. */
export function platformFacts(platform: Platform): PlatformFacts {
  return FACTS[platform];
}

/** The systems that some platforms are of. */
export function systemsOf(platforms: readonly Platform[]): SystemName[] {
  return SYSTEMS.filter((system) => platforms.some((platform) => FACTS[platform].system === system));
}

/**
 * The platform tag of a repaired wheel.
 *
 * @param glibc the lowest C library that it runs on, such as `2.28`
 * @see https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/
 */
export function platformTag(platform: Platform, glibc: string): string {
  const { system, machine } = FACTS[platform];
  return system === 'windows' ? `win_${machine.toLowerCase()}` : `manylinux_${glibc.replace('.', '_')}_${machine}`;
}

/** @internal */
export function validatePlatforms(platforms: readonly Platform[]): void {
  mustBeUnique('platforms', platforms);
}
