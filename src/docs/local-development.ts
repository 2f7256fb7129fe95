/** `docs/local-development.md`: building and testing the wheels on one's own machine. */
import { diskFigures, neededDiskSpace } from './disk-space';
import { windowsSection } from './local-windows';
import { commands, Page, page, powerShellCommands, table } from './page';
import { WorkflowName } from '../declaration/pipeline';
import { WORKSPACE } from '../docker/dockerfile';
import { BUILD_FOLDERS, COMPILER_CACHE, FILES, outputFolder, WHEEL_CACHE } from '../plan/files';
import { VARIABLES } from '../plan/inputs';
import type { Plan, PlannedBuild, PlannedSource } from '../plan/plan';
import { REMOTE_CACHES } from '../plan/remote-caches';
import { isOn, platformsOn, reusesWheels } from '../plan/select';

/** Declares the page. */
export function localDevelopmentPage(plan: Plan): Page {
  const [main, ...variants] = plan.builds;
  const linux = platformsOn(main, 'linux');
  return page(
    'local-development',
    'Local development',
    'What CI does, you can do: the workflows call the scripts below and nothing else.',
    '',
    '## What is built',
    ...table(
      ['Wheel', 'From', 'Checks'],
      main.wheels.map((wheel) => [
        `\`${wheel.distribution}\``,
        `\`${wheel.projectDir}\``,
        wheel.checks.map((check) => check.name).join(', '),
      ]),
    ),
    `The source is ${describeSource(plan)}.`,
    '',
    ...neededDiskSpace(main),
    ...(linux.length > 0 ? linuxSection(plan, main) : []),
    ...(main.systems.includes('windows') ? windowsSection(main) : []),
    '## What you can set',
    '',
    'Each as an option (`--jobs 4`) or as an environment variable (`JOBS=4`); `--help` lists them too.',
    ...table(['Option', 'Variable', 'For', 'Default'], inputRows(plan)),
    ...cacheSection(main),
    ...(main.vulkan ? vulkanSection() : []),
    ...(variants.length > 0 ? variantsSection(main, variants) : []),
    '## The toolchain',
    '',
    `One Conda environment, [\`${main.conda.file}\`](../${main.conda.file}), serves every platform:`,
    ...table(
      ['Package', 'Version', 'On'],
      main.conda.packages.map((each) => [
        `\`${each.name}\``,
        each.version === '*' ? 'any' : `\`${each.version}\``,
        each.system ?? 'every platform',
      ]),
    ),
    `Versions are declared in \`.projenrc.ts\` or come from the library's table of pins; after a change, \`npx projen\` writes the files anew.`,
    `To install exactly the same packages every time, commit an explicit lock file (${main.platforms.map(({ lock }) => `\`${lock}\``).join(', ')});`,
    'where there is one, it is what gets installed:',
    ...(linux.length > 0
      ? commands(`npx projen image:shell python ${plan.program.path} conda-lock > ${linux[0].lock}`)
      : powerShellCommands(`micromamba env export --explicit --name ${main.conda.name} > ${main.platforms[0].lock}`)),
    ...(linux.length > 0 && plan.workflows.includes(WorkflowName.DOCKER)
      ? [
          'Where none is committed, the run of `docker.yml` that publishes an image hands on the lock of what it installed, and says how to commit it.',
          '',
        ]
      : []),
    ...pythonPackages(main),
    '`npx projen lock` locks what pip installs for tests and builds, by the hash of every file and for each platform, in',
    `\`${plan.files.locks}/\`; it needs uv (\`python3 -m pip install uv\`). Commit what it writes: a file with another hash is refused before it is`,
    'installed, and a lock that is not of what is declared now stops the test and names the task.',
    '',
    ...(main.preflight ? preflight(plan, main) : []),
    '## When something fails',
    '',
    'What fails names the step, the command, the log and the `--from-step` to resume with. [Troubleshooting](troubleshooting.md) has every',
    'message, and what to do. The folders of `build/` hold what was done:',
    ...table(
      ['Folder', 'What is in it'],
      [
        [`\`${BUILD_FOLDERS.logs}\``, 'the output of every command, a file for each step'],
        [`\`${BUILD_FOLDERS.source}\``, 'the source tree that was built: a copy, delete it at will'],
        [
          `\`${BUILD_FOLDERS.raw}\`, \`${BUILD_FOLDERS.repaired}\``,
          'the wheels before and after their libraries were bundled',
        ],
        [`\`${FILES.build}/${COMPILER_CACHE}\``, 'the compiler cache, which makes the next build fast'],
        ...(reusesWheels(main)
          ? [
              [
                `\`${FILES.build}/${WHEEL_CACHE}\``,
                'wheels that are taken again while nothing that they are made of has changed',
              ],
            ]
          : []),
        [`\`${BUILD_FOLDERS.testEnvironment}\``, 'the environment that the wheels were tested in'],
      ],
    ),
    'To go on from there, open a shell in the same toolchain (`npx projen image:shell`) and paste the command from the log.',
  );
}

function linuxSection({ files }: Plan, build: PlannedBuild): string[] {
  const { image, tools, pythonPackagesFile } = build;
  const folder = outputFolder(platformsOn(build, 'linux')[0]);
  return [
    '',
    '## Linux, in the toolchain image',
    '',
    'You need [Docker](https://docs.docker.com/engine/install/). Pull the image or build it:',
    ...commands(
      `docker pull ${image}`,
      `docker build --file ${build.dockerfile} --tag ${image} .  # or: npx projen image`,
    ),
    `Then open a shell in it, with this checkout at \`${WORKSPACE}\`, and build and test:`,
    ...commands(
      `docker run --rm -it --user "$(id -u):$(id -g)" -v "$(pwd)":${WORKSPACE} ${image}`,
      './scripts/build.sh',
      './scripts/test.sh',
    ),
    'The same without remembering the options:',
    ...table(
      ['Command', 'What it does'],
      [
        ['`npx projen image`', 'builds the image'],
        ['`npx projen image:shell`', `opens a shell in it, the checkout at \`${WORKSPACE}\``],
        ['`npx projen wheel`', `builds the wheels in it, into \`${folder}\``],
        ['`npx projen wheel:test`', 'tests them in it'],
        ['`npx projen wheel:reproduce`', 'builds them twice, from nothing, and says which bytes of which file differ'],
      ],
    ),
    `The container runs as whoever calls it (\`--user\`), so that what it writes belongs to you. Your own tree is built with \`${VARIABLES.sourceDir}=/path/to/tree npx projen wheel\`.`,
    '',
    '## Linux, without Docker',
    '',
    `Any Linux with a C++ compiler, Git and Python ≥3.12 will do; the wheels then need the glibc of your machine, and \`${VARIABLES.platformTag}\` has to say so.`,
    ...commands(
      'python3 -m venv build/tools && . build/tools/bin/activate',
      `pip install --requirement ${files.buildRequirements}  # or, where it is locked: --require-hashes --requirement ${files.locks}/build-linux-$(uname -m).txt`,
      ...(pythonPackagesFile === null
        ? []
        : [`pip install --no-deps --require-hashes --requirement ${pythonPackagesFile}`]),
      `export ${VARIABLES.platformTag}=manylinux_$(ldd --version | sed -n '1s/.* \\([0-9]*\\)\\.\\([0-9]*\\)$/\\1_\\2/p')_$(uname -m)`,
      './scripts/build.sh',
      './scripts/test.sh',
    ),
    ...(tools.some((tool) => !tool.optional && isOn('linux', tool))
      ? [
          `The first step checks the tools: ${tools
            .filter((tool) => isOn('linux', tool))
            .map(
              (tool) =>
                `${tool.command}${tool.minimum ? ` ≥${tool.minimum}` : ''}${tool.optional ? ' (if it is there)' : ''}`,
            )
            .join(', ')}.`,
          '',
        ]
      : []),
  ];
}

/** Where the checks find a device, on a machine that has none. */
function vulkanSection(): string[] {
  return [
    '## A Vulkan device for the tests',
    '',
    'Checks that need a Vulkan device run where the loader finds one, and say so where it finds none. No GPU is needed: lavapipe, of Mesa,',
    'runs on the CPU.',
    ...table(
      ['Where', 'How'],
      [
        ['Debian, Ubuntu', '`apt-get install mesa-vulkan-drivers`'],
        [
          'the toolchain image, and Windows',
          "`{ name: 'mesalib' }` among `toolchain.packages`; should the loader not look there, `VK_DRIVER_FILES` names its file in `share/vulkan/icd.d`",
        ],
        [
          "NVIDIA's driver on a server or in a container, without X",
          'a file like its `nvidia_icd.json` that names `libEGL_nvidia.so.0` in the place of `libGLX_nvidia.so.0`, which finds no device there; `VK_DRIVER_FILES` names the file',
        ],
      ],
    ),
  ];
}

/** What else is built of the same source, and whether anybody has run it. */
function variantsSection(main: PlannedBuild, variants: readonly PlannedBuild[]): string[] {
  const extensions = { linux: 'sh', windows: 'ps1' };
  const scripts = main.systems.map(
    (system) => `\`scripts/build.${extensions[system]} --variant ${variants[0].variant}\``,
  );
  return [
    '## Variants',
    '',
    `Beside the wheels above, the same source is built as what \`--variant\` names, such as ${scripts.join(' or ')}:`,
    ...table(
      ['Variant', 'Wheels', 'Tasks', 'Disk space', 'Built and tested'],
      variants.map(({ variant, wheels, systems, diskGigabytes, testedOn }) => [
        `\`${variant}\``,
        wheels
          .filter((wheel) => wheel.builtAs !== wheel.distribution)
          .map((wheel) => `\`${wheel.distribution}\``)
          .join(', '),
        systems.includes('linux')
          ? ['image', 'wheel', 'wheel:test'].map((name) => `\`${name}:${variant}\``).join(', ')
          : '',
        diskFigures(diskGigabytes),
        testedOn ?? 'nowhere yet: it synthesizes, and its files have no finding of the linters',
      ]),
    ),
    ...variants.filter(({ parts }) => parts.length > 0).flatMap(comparison),
    'The wheels of a variant go by names of their own and hold the same packages: install one variant at a time.',
    '',
  ];
}

/** What a variant's wheels have, beside upstream's for the same device. */
function comparison({ variant, parts }: PlannedBuild): string[] {
  return [
    `Beside upstream's wheels, those of \`${variant}\` have:`,
    ...table(
      ['Part', 'Upstream', `\`${variant}\``, ''],
      parts.map(({ name, upstream, ours, note }) => [name, upstream, ours ?? '', note ?? '']),
    ),
  ];
}

function cacheSection({ systems }: PlannedBuild): string[] {
  const task = systems.includes('linux') ? ' `npx projen wheel` hands these variables into the container.' : '';
  return [
    '## The compiler cache',
    '',
    `[sccache](https://github.com/mozilla/sccache) keeps what was compiled, C, C++ and Rust alike, in \`${VARIABLES.compilerCacheDir}\` (\`${FILES.build}/${COMPILER_CACHE}\`).`,
    `A team shares one cache across machines and runners by sccache's own variables.${task}`,
    ...table(
      ['Where', 'Set those you need', 'Note'],
      REMOTE_CACHES.map(({ where, variables, note }) => [
        where,
        variables.map((name) => `\`${name}\``).join(', '),
        note ?? '',
      ]),
    ),
    'What a shared cache answers goes into wheels: let only trusted builds write to it. A release compiles everything anew.',
    '',
  ];
}

function inputRows({ inputs, builds: [{ systems }, ...variants] }: Plan): string[][] {
  return inputs
    .filter((input) => systems.some((system) => isOn(system, input)))
    .filter(({ type }) => type !== 'variant' || variants.length > 0)
    .map(({ name, variable, help, commands: by, defaultHelp }) => {
      const only = by.includes('test') ? (by.includes('build') ? '' : ' (test only)') : ' (build only)';
      return [`\`--${name}\``, variable ? `\`${variable}\`` : '', `${help}${only}`, defaultHelp];
    });
}

/** The source in words, for pages. */
export function describeSource({ source }: { readonly source: PlannedSource }): string {
  if (source.git) {
    const tag = source.git.tag ? ` (${source.git.tag})` : '';
    return `commit \`${source.git.commit}\`${tag} of <${source.git.repository}>`;
  }
  if (source.sdist) {
    return `the source distribution \`${source.sdist.distribution}\` ${source.sdist.version} from the Python package index`;
  }
  return `the folder \`${source.folder}\` of this repository`;
}

/** What pip adds to the environment. */
function pythonPackages({ pythonPackages: packages, pythonPackagesFile }: PlannedBuild): string[] {
  if (packages.length === 0) return [];
  return [
    `From the Python package index, by hash ([\`${pythonPackagesFile}\`](../${pythonPackagesFile})):`,
    ...table(
      ['Package', 'Version', 'On'],
      packages.map(({ name, version, system }) => [`\`${name}\``, `\`${version}\``, system ?? 'every platform']),
    ),
  ];
}

/** The small library that the toolchain is tried on. */
function preflight(plan: Plan, { preflight: declared, unusedLibraries }: PlannedBuild): string[] {
  return [
    '## Try the toolchain',
    '',
    `A small library that uses what the wheels use ([\`scripts/preflight\`](../scripts/preflight)) is built, repaired, installed and checked as they`,
    `are: by \`npx projen image:test\`, by \`docker.yml\` before an image is published, and at the beginning of a build, once for a toolchain.${declared?.system ? ` It is for ${declared.system} alone.` : ''}`,
    ...commands(`python ${plan.program.path} preflight`),
    ...(unusedLibraries.length > 0
      ? [
          `Of what LLVM and others ask the linker for and no code uses (${unusedLibraries.map((name) => `\`${name}\``).join(', ')}), an empty library stands in.`,
          '',
        ]
      : []),
  ];
}
