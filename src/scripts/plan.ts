/** `scripts/plan.json`: the declaration as data, which `wheeltool.py` and `checks.py` read. */
import { WHEEL_PLAN } from './inputs';
import { ROOT, Statements, text } from './script';
import { configSettings } from './settings';
import { PipelineSpec, reusesWheels } from '../declaration/pipeline';
import type { System } from '../declaration/platform';
import { baseVersion } from '../declaration/source';
import { ofVariant } from '../declaration/variant';
import {
  BuiltWheel,
  DEFAULT_CHECK_TIMEOUT,
  DEFAULT_FORBIDDEN,
  LibraryExcludes,
  WheelCheck,
} from '../declaration/wheel';

/** Where a pipeline's plan lies. */
export function planFile(spec: PipelineSpec): string {
  return ofVariant(spec, 'scripts/plan.json');
}

/** The Python modules read the plan beside them, unless they are told of a variant's. */
export function readPlan(step: Statements, spec: PipelineSpec): Statements {
  return spec.variant ? step.export(WHEEL_PLAN, text`${ROOT}/${planFile(spec)}`) : step;
}

/** The plan's shape; raised when a reader of an older one would misread it. */
export const PLAN_SCHEMA = 1;

/** The plan as plain data. */
export function plan(spec: PipelineSpec): object {
  return {
    schema: PLAN_SCHEMA,
    name: spec.name,
    source: {
      ...sourcePlan(spec),
      ...(spec.source.overlay ? { overlay: Object.keys(spec.source.overlay).sort() } : {}),
    },
    baseVersion: baseVersion(spec.source),
    ...(reusesWheels(spec) ? { environment: spec.environment } : {}),
    wheels: spec.wheels.map((wheel) => wheelPlan(wheel, spec.systems)),
    platforms: Object.fromEntries(
      spec.platforms.map((facts) => [facts.id, { system: facts.system, platformTag: facts.platformTag }]),
    ),
    ...(spec.variants.length > 0
      ? { variants: spec.variants.map((variant) => planFile(variant).split('/').pop()!) }
      : {}),
    tools: spec.toolchain.tools.map((tool) => ({
      command: tool.command,
      minimum: tool.minimum ?? null,
      optional: tool.optional ?? false,
      only: tool.only ?? null,
    })),
  };
}

function sourcePlan({ source }: PipelineSpec): object {
  if (source.git) {
    return { kind: 'git', repository: source.git.repository, commit: source.git.commit, tag: source.git.tag ?? null };
  }
  if (source.sdist) {
    return {
      kind: 'sdist',
      name: source.sdist.distribution,
      version: source.sdist.version,
      sha256: source.sdist.sha256,
    };
  }
  return { kind: 'folder', path: source.folder };
}

function wheelPlan(wheel: BuiltWheel, systems: readonly System[]): object {
  const bySystem = (libraries?: LibraryExcludes): object =>
    Object.fromEntries(systems.map((system) => [system, libraries?.[system] ?? []]));
  return {
    distribution: wheel.distribution,
    ...(wheel.builtAs ? { builtAs: wheel.builtAs } : {}),
    ...(wheel.projectDir ? { projectDir: wheel.projectDir } : {}),
    ...(wheel.reuse
      ? {
          build: Object.fromEntries(
            systems.map((system) => [
              system,
              { settings: configSettings(wheel, system), compileVersion: wheel.compileVersion ?? null },
            ]),
          ),
        }
      : {}),
    requires: { add: wheel.requires?.add ?? [], pin: wheel.requires?.pin ?? [], drop: wheel.requires?.drop ?? [] },
    versioned: !wheel.keepVersion,
    forbidden: wheel.forbidden ?? DEFAULT_FORBIDDEN,
    excludes: bySystem(wheel.excludes),
    systemLibraries: bySystem(wheel.systemLibraries),
    ...(wheel.aliases ? { aliases: wheel.aliases } : {}),
    ...(wheel.maxBytes === undefined ? {} : { maxBytes: wheel.maxBytes }),
    checks: wheel.checks.map(checkPlan),
  };
}

function checkPlan(check: WheelCheck): object {
  const common = {
    name: check.name,
    timeout: check.timeout ?? DEFAULT_CHECK_TIMEOUT,
    ...(check.expect === undefined ? {} : { expect: check.expect }),
    ...(check.only === undefined ? {} : { only: check.only }),
  };
  if (check.imports) {
    return { kind: 'imports', ...common, modules: check.imports, ...(check.except ? { except: check.except } : {}) };
  }
  if (check.command) return { kind: 'command', ...common, args: check.command };
  return { kind: 'python', ...common, code: check.python };
}

/** The checks' requirements, each once, in the order of the alphabet. */
export function testRequirements(spec: PipelineSpec): string[] {
  const all = spec.wheels.flatMap((wheel) => wheel.testRequirements ?? []);
  return [...new Set(all)].sort((a, b) => (a < b ? -1 : 1));
}

/** The build tools that the Python package index has, at the versions that Conda installs. */
export function buildRequirements(spec: PipelineSpec): string[] {
  return spec.toolchain.packages
    .filter((each) => each.pypi !== undefined)
    .map((each) => {
      const version = each.version === '*' ? '' : `${/^\d/.test(each.version) ? '==' : ''}${each.version}`;
      const marker =
        each.only && spec.systems.length > 1
          ? `; sys_platform == '${each.only === 'windows' ? 'win32' : each.only}'`
          : '';
      return `${each.pypi}${version}${marker}`;
    });
}
