/** The one place where a declaration gets its defaults: declaration → plan. */
import { FILES } from './files';
import { inputs } from './inputs';
import { Plan, PLAN_SCHEMA, PlannedSource, SCHEMA_REFERENCE } from './plan';
import { resolveBuild } from './resolve-build';
import { DeclaredBuild, variantBuild } from './resolve-variant';
import { PipelineOptions, possibleWorkflows, validatePipeline } from '../declaration/pipeline';
import { Platform } from '../declaration/platform';
import type { Source } from '../declaration/source';
import { versionOfTag } from '../declaration/version';

/** The most that GitHub gives a job. */
const TIMEOUT_MINUTES = 360;

const LIMITS: Plan['limits'] = { attempts: 4, pause: 5, command: 120, upload: 1800, check: 120, keptWheels: 3 };

/** Validates a declaration and fills in every default. Throws a `SpecError` at the first value that is wrong. */
export function resolvePlan(options: PipelineOptions): Plan {
  const platforms = options.platforms ?? [Platform.LINUX_X86_64, Platform.WINDOWS_AMD64];
  const name = options.name ?? options.repository.split('/')[1];
  validatePipeline({ ...options, name, platforms });
  const image = {
    name: options.image?.name ?? `ghcr.io/${options.repository}`.toLowerCase(),
    branches: options.image?.branches ?? ['main', 'dev'],
  };
  const main: DeclaredBuild = { name, platforms, wheels: options.wheels, toolchain: options.toolchain ?? {} };
  const declared = [main, ...(options.variants ?? []).map((variant) => variantBuild(main, variant))];
  const builds = declared.map((build) => resolveBuild(build, image.name, options.environment ?? {}));
  const possible = possibleWorkflows(platforms);
  return {
    $schema: SCHEMA_REFERENCE,
    schema: PLAN_SCHEMA,
    name,
    repository: options.repository,
    source: resolveSource(options.source),
    files: FILES,
    limits: LIMITS,
    inputs: inputs(builds),
    builds,
    image,
    workflows: possible.filter((workflow) => options.workflows?.includes(workflow) ?? true),
    timeoutMinutes: {
      linux: options.linux?.timeoutMinutes ?? TIMEOUT_MINUTES,
      windows: options.windows?.timeoutMinutes ?? TIMEOUT_MINUTES,
    },
  };
}

function resolveSource({ git, sdist, folder, overlay = {} }: Source): PlannedSource {
  const submodules = git?.submodules ?? [];
  return {
    git: git
      ? {
          repository: git.repository,
          commit: git.commit,
          tag: git.tag ?? null,
          submodules: submodules.map((path) => ({ path, parent: parentOf(path, submodules) })),
        }
      : null,
    sdist: sdist ? { distribution: sdist.distribution, version: sdist.version, sha256: sdist.sha256 } : null,
    folder: folder ?? null,
    overlay: Object.keys(overlay).sort(),
    // The upstream release that the source stands on; a source distribution's version is known exactly.
    baseVersion: sdist?.version ?? ((git?.tag && versionOfTag(git.tag)) || '0.0.0'),
  };
}

/** The submodule that another one lies in. */
function parentOf(path: string, submodules: readonly string[]): string | null {
  return submodules.filter((other) => path.startsWith(`${other}/`)).sort((a, b) => b.length - a.length)[0] ?? null;
}
