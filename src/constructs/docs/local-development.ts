/** Data of `docs/local-development.md`: building and testing the wheels locally. */
import { diskFigures, neededDiskSpace } from './disk-space';
import { codeList, Described, page, View } from './page';
import { comparison } from './variants';
import { BUILTIN } from '../../declaration/schema/values';
import { BUILD_FOLDERS, COMPILER_CACHE, FILES, outputFolder, WHEEL_CACHE } from '../../plan/files';
import { inputs, VARIABLES } from '../../plan/inputs';
import type { Plan, PlannedBuild } from '../../plan/plan';
import { isOn, platformsOn, reusesWheels } from '../../plan/select';
import { USER, WORKSPACE } from '../image/dockerfile';
import { DOCKER_ENVIRONMENT } from '../scripts/tasks';
import { SYSTEM_TITLES } from '../workflows/names';

/** Renders the page. */
export function localDevelopmentPage(described: Described): string {
  const { plan } = described.context;
  const [main] = plan.builds;
  return page('local-development', described, {
    wheels: main.wheels.map(({ distribution, projectDir, checks }) => ({
      distribution,
      projectDir,
      checks: checks.map(({ name }) => name).join(', '),
    })),
    git: plan.source.git && { ...plan.source.git, tag: plan.source.git.tag ?? false },
    sdist: plan.source.sdist,
    sourceFolder: plan.source.folder,
    disk: neededDiskSpace(main),
    variables: VARIABLES,
    linux: main.systems.includes('linux') && linux(plan, main),
    windows: main.systems.includes('windows') && windows(main),
    inputs: inputRows(plan),
    compilerCache: `${FILES.build}/${COMPILER_CACHE}`,
    passedVariables: DOCKER_ENVIRONMENT,
    vulkan: main.vulkan,
    variants: variants(described),
    toolchain: toolchain(main),
    preflight: main.preflight && {
      folder: main.preflight.folder.startsWith(BUILTIN) ? false : main.preflight.folder,
      system: main.preflight.system !== null && SYSTEM_TITLES[main.preflight.system],
      unused: codeList(main.unusedLibraries) || false,
    },
    folders: { ...BUILD_FOLDERS, wheelCache: reusesWheels(main) && `${FILES.build}/${WHEEL_CACHE}` },
  });
}

function linux({ image }: Plan, build: PlannedBuild): View {
  const tools = build.tools.filter((tool) => isOn('linux', tool));
  return {
    image: build.image,
    declaredImage: build.imageDigest !== null && `${image.name}@${build.imageDigest}`,
    dockerfile: build.dockerfile,
    workspace: WORKSPACE,
    user: USER,
    output: outputFolder(platformsOn(build, 'linux')[0]),
    buildRequirements: FILES.buildRequirements,
    buildLock: `${FILES.locks}/build-linux-$(uname -m).txt`,
    pythonPackages: build.pythonPackagesFile ?? false,
    tools: tools
      .map(({ command, minimum, optional }) =>
        [command, minimum && `≥${minimum}`, optional && '(optional)'].filter(Boolean).join(' '),
      )
      .join(', '),
  };
}

function windows(build: PlannedBuild): View {
  return {
    environmentName: build.conda.name,
    environmentFile: build.conda.file,
    vulkanSdk: build.vulkanSdk?.version ?? false,
    output: outputFolder(platformsOn(build, 'windows')[0]),
  };
}

/** Options of the program that exist for the pipeline's systems. */
function inputRows({ builds }: Plan): View[] {
  const [{ systems }, ...others] = builds;
  return inputs(builds)
    .filter(({ system }) => system === undefined || systems.includes(system))
    .filter(({ type }) => type !== 'variant' || others.length > 0)
    .map(({ name, variable, help, commands, defaultHelp }) => ({
      name,
      variable: variable ?? false,
      help,
      buildOnly: !commands.includes('test'),
      testOnly: !commands.includes('build'),
      defaultHelp,
    }));
}

function variants({ context: { plan }, variants: declared, prefix }: Described): View | false {
  const [{ systems }, ...builds] = plan.builds;
  if (builds.length === 0) return false;
  const scripts = { linux: './scripts/build.sh', windows: 'scripts/build.ps1' };
  return {
    example: systems.map((system) => `\`${scripts[system]} --variant ${builds[0].variant}\``).join(' or '),
    rows: builds.map((build) => ({
      variant: build.variant,
      wheels: codeList(
        build.wheels.filter((each) => each.builtAs !== each.distribution).map((each) => each.distribution),
      ),
      tasks: build.systems.includes('linux')
        ? codeList(
            ['image', 'wheel', 'wheel:test'].map((task) => [prefix, task, build.variant].filter(Boolean).join(':')),
          )
        : '',
      disk: diskFigures(build.diskGigabytes),
      testedOn: declared.find(({ name }) => name === build.variant)?.testedOn ?? 'not yet',
    })),
    compared: builds
      .map((build) => ({ variant: build.variant, parts: comparison(build, declared) }))
      .filter(({ parts }) => parts.length > 0),
  };
}

function toolchain(build: PlannedBuild): View {
  const { conda, platforms, systems, pythonPackagesFile } = build;
  return {
    environment: conda.file,
    environmentName: conda.name,
    pythonPackages: pythonPackagesFile ?? false,
    locks: codeList(platforms.map(({ lock }) => lock)),
    firstLock: platforms[0].lock,
    inImage: systems.includes('linux'),
    locksFolder: FILES.locks,
  };
}
