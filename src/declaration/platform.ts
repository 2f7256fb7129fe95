import { must, mustBeUnique } from './error';

/** A platform that wheels are built for: an operating system on a processor. */
export enum Platform {
  /** Linux on x86-64, glibc ≥2.28. */
  LINUX_X86_64 = 'linux-x86_64',
  /** Linux on 64-bit ARM, glibc ≥2.28. */
  LINUX_AARCH64 = 'linux-aarch64',
  /** Windows on x86-64. */
  WINDOWS_AMD64 = 'windows-amd64',
}

/** The operating systems, which decide the shell, the repair tool and the workflow. */
export const SYSTEMS = ['linux', 'windows'] as const;

/** One of the operating systems. */
export type System = (typeof SYSTEMS)[number];

/** What is known of a platform. */
export interface PlatformFacts {
  readonly system: System;
  /** The GitHub-hosted runner; @see https://github.com/actions/runner-images */
  readonly runner: string;
  /** The subdirectory of a Conda channel; @see https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/channels.html */
  readonly condaSubdir: string;
  /** The platform tag of a repaired wheel; @see https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/ */
  readonly platformTag: string;
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
    platformTag: 'manylinux_2_28_x86_64',
    machine: 'x86_64',
    title: 'Linux x86-64',
  },
  [Platform.LINUX_AARCH64]: {
    system: 'linux',
    runner: 'ubuntu-24.04-arm',
    condaSubdir: 'linux-aarch64',
    platformTag: 'manylinux_2_28_aarch64',
    machine: 'aarch64',
    title: 'Linux aarch64',
  },
  [Platform.WINDOWS_AMD64]: {
    system: 'windows',
    runner: 'windows-2022',
    condaSubdir: 'win-64',
    platformTag: 'win_amd64',
    machine: 'AMD64',
    title: 'Windows x86-64',
  },
};

/** The facts of a platform. */
export function platformFacts(platform: Platform): PlatformFacts {
  return FACTS[platform];
}

/** The systems that some platforms are of. */
export function systemsOf(platforms: readonly Platform[]): System[] {
  return SYSTEMS.filter((system) => platforms.some((platform) => FACTS[platform].system === system));
}

/** @internal */
export function validatePlatforms(platforms: readonly Platform[]): void {
  must(platforms.length > 0, 'platforms', platforms, 'at least one platform');
  platforms.forEach((platform) =>
    must(platform in FACTS, 'platforms', platform, `one of ${Object.keys(FACTS).join(', ')}`),
  );
  mustBeUnique('platforms', platforms);
}
