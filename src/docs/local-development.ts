/** `docs/local-development.md`: building and testing the wheels on one's own machine. */
import { commands, Page, page, powerShellCommands, table } from './page';
import { VULKAN_SDK } from '../declaration/pins';
import { imageTag, PipelineSpec, platformsOn, reusesWheels } from '../declaration/pipeline';
import { isOn } from '../declaration/toolchain';
import { ofVariant } from '../declaration/variant';
import { dockerfilePath, WORKSPACE } from '../docker/dockerfile';
import { environmentFile, environmentName, lockFile } from '../docker/environment';
import { describeDefault } from '../scripts/help';
import {
  AUDITWHEEL_PLAT,
  buildInputs,
  outputFolder,
  REMOTE_CACHES,
  SCCACHE_DIR,
  SOURCE_DIR,
  testInputs,
} from '../scripts/inputs';
import { INSTALL_VULKAN_SDK } from '../scripts/install-vulkan-sdk';
import type { Input } from '../scripts/script';
import { BUILD_REQUIREMENTS } from '../scripts/tasks';

/** Declares the page. */
export function localDevelopmentPage(spec: PipelineSpec): Page {
  const linux = platformsOn(spec, 'linux');
  return page(
    'local-development',
    'Local development',
    'What CI does, you can do: the workflows call the scripts below and nothing else.',
    '',
    '## What is built',
    ...table(
      ['Wheel', 'From', 'Checks'],
      spec.wheels.map((wheel) => [
        `\`${wheel.distribution}\``,
        `\`${wheel.projectDir ?? '.'}\``,
        wheel.checks.map((check) => check.name).join(', '),
      ]),
    ),
    `The source is ${describeSource(spec)}.`,
    ...(linux.length > 0 ? linuxSection(spec) : []),
    ...(spec.systems.includes('windows') ? windowsSection(spec) : []),
    '## What you can set',
    '',
    'The scripts take no arguments but `--help`; their inputs are environment variables.',
    ...table(['Variable', 'For', 'Default'], inputRows(spec)),
    ...cacheSection(spec),
    ...vulkanSection(spec),
    ...variantsSection(spec),
    '## The toolchain',
    '',
    `One Conda environment, [\`${environmentFile(spec)}\`](../${environmentFile(spec)}), serves every platform:`,
    ...table(
      ['Package', 'Version', 'On'],
      spec.toolchain.packages.map((each) => [
        `\`${each.name}\``,
        each.version === '*' ? 'any' : `\`${each.version}\``,
        each.only ?? 'every platform',
      ]),
    ),
    `Versions are declared in \`.projenrc.ts\` or come from the library's table of pins; after a change, \`npx projen\` writes the files anew.`,
    `To install exactly the same packages every time, commit an explicit lock file (${spec.platforms.map((facts) => `\`${lockFile(spec, facts)}\``).join(', ')});`,
    'where there is one, it is what gets installed:',
    ...(linux.length > 0
      ? commands(
          'npx projen image:shell  # and in it:',
          `micromamba env export --explicit --prefix "$CONDA_PREFIX" > ${lockFile(spec, linux[0])}`,
        )
      : powerShellCommands(
          `micromamba env export --explicit --name ${environmentName(spec)} > ${lockFile(spec, spec.platforms[0])}`,
        )),
    '## When something fails',
    '',
    'A script that fails names the step, the command and the log. The folders of `build/` hold what it did:',
    ...table(
      ['Folder', 'What is in it'],
      [
        ['`build/logs`', 'the output of every command, and the duration of each step'],
        ['`build/source`', 'the source tree that was built: a copy, delete it at will'],
        ['`build/raw`, `build/repaired`', 'the wheels before and after their libraries were bundled'],
        ['`build/sccache`', 'the compiler cache, which makes the next build fast'],
        ...(reusesWheels(spec)
          ? [['`build/wheel-cache`', 'wheels that are taken again while nothing that they are made of has changed']]
          : []),
        ['`build/test-environment`', 'the environment that the wheels were tested in'],
      ],
    ),
    'To go on from there, open a shell in the same toolchain (`npx projen image:shell`) and paste the command from the log.',
  );
}

function linuxSection(spec: PipelineSpec): string[] {
  const image = imageTag(spec);
  const folder = outputFolder(platformsOn(spec, 'linux')[0].id);
  return [
    '',
    '## Linux, in the toolchain image',
    '',
    'You need [Docker](https://docs.docker.com/engine/install/). Pull the image or build it:',
    ...commands(
      `docker pull ${image}`,
      `docker build --file ${dockerfilePath(spec)} --tag ${image} .  # or: npx projen image`,
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
    `The container runs as whoever calls it (\`--user\`), so that what it writes belongs to you. Your own tree is built with \`${SOURCE_DIR.name}=/path/to/tree npx projen wheel\`.`,
    '',
    '## Linux, without Docker',
    '',
    `Any Linux with a C++ compiler, Git and Python will do; the wheels then need the glibc of your machine, and \`${AUDITWHEEL_PLAT.name}\` has to say so.`,
    ...commands(
      'python3 -m venv build/tools && . build/tools/bin/activate',
      `pip install --requirement ${BUILD_REQUIREMENTS}`,
      `export ${AUDITWHEEL_PLAT.name}=manylinux_$(ldd --version | sed -n '1s/.* \\([0-9]*\\)\\.\\([0-9]*\\)$/\\1_\\2/p')_$(uname -m)`,
      './scripts/build.sh',
      './scripts/test.sh',
    ),
    ...(spec.toolchain.tools.some((tool) => !tool.optional && isOn('linux', tool))
      ? [
          `The first step checks the tools: ${spec.toolchain.tools
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
function vulkanSection(spec: PipelineSpec): string[] {
  if (!spec.toolchain.vulkan) return [];
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
      ],
    ),
  ];
}

/** What of a variant is called differently, and whether anybody has run it. */
function variantsSection(spec: PipelineSpec): string[] {
  if (spec.variants.length === 0) return [];
  return [
    '## Variants',
    '',
    'Beside the wheels above, the same source is built as:',
    ...table(
      ['Variant', 'Wheels', 'Scripts', 'Tasks', 'Built and tested'],
      spec.variants.map((each) => [
        each.variant!.name,
        each.wheels
          .filter((wheel) => wheel.builtAs)
          .map((wheel) => `\`${wheel.distribution}\``)
          .join(', '),
        [...scriptNames(each, 'build'), ...scriptNames(each, 'test')].map((name) => `\`${name}\``).join(', '),
        each.systems.includes('linux')
          ? ['image', 'wheel', 'wheel:test'].map((name) => `\`${name}:${each.variant!.name}\``).join(', ')
          : '',
        each.variant!.tried ?? 'nowhere yet: it synthesizes, and its files have no finding of the linters',
      ]),
    ),
    'The wheels of a variant go by names of their own and hold the same packages: install one variant at a time.',
    '',
  ];
}

function scriptNames(spec: PipelineSpec, name: string): string[] {
  const extensions = { linux: '.sh', windows: '.ps1' };
  return spec.systems.map((system) => `${ofVariant(spec, name)}${extensions[system]}`);
}

function cacheSection(spec: PipelineSpec): string[] {
  const task = spec.systems.includes('linux') ? ' `npx projen wheel` hands these variables into the container.' : '';
  return [
    '## The compiler cache',
    '',
    `[sccache](https://github.com/mozilla/sccache) keeps what was compiled, C, C++ and Rust alike, in \`${SCCACHE_DIR.name}\` (\`build/sccache\`).`,
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

function windowsSection(spec: PipelineSpec): string[] {
  const inEnvironment = (script: string): string =>
    `micromamba run --name ${environmentName(spec)} pwsh -File scripts/${script}.ps1`;
  const folder = outputFolder(platformsOn(spec, 'windows')[0].id);
  const { vulkan } = spec.toolchain;
  return [
    '',
    '## Windows',
    '',
    'You need, on Windows 10 or 11 for x86-64:',
    ...table(
      ['What', 'Exactly', 'How'],
      [
        [
          'C++ compiler',
          'Build Tools for Visual Studio 2022, workload "Desktop development with C++" (`Microsoft.VisualStudio.Workload.VCTools`)',
          '`winget install Microsoft.VisualStudio.2022.BuildTools --override "--wait --passive --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"`',
        ],
        ['PowerShell', '7.4 or newer (`pwsh`; Windows brings 5.1)', '`winget install Microsoft.PowerShell`'],
        [
          'micromamba',
          'any 2.x: it reads the selectors of the environment file, which Conda does not',
          '<https://mamba.readthedocs.io/en/latest/installation/micromamba-installation.html>',
        ],
        ...(vulkan
          ? [
              [
                'Vulkan SDK',
                `LunarG ${VULKAN_SDK.version}; installed by the build where \`VULKAN_SDK\` names none`,
                `\`pwsh -File ${INSTALL_VULKAN_SDK}\`, as administrator`,
              ],
            ]
          : []),
      ],
    ),
    'Then make the Conda environment once, and build and test in it:',
    ...powerShellCommands(
      `micromamba create --yes --name ${environmentName(spec)} --file ${environmentFile(spec)}`,
      inEnvironment('build'),
      inEnvironment('test'),
    ),
    `The wheels are in \`${folder}\`. \`pwsh -File scripts/build.ps1 -Help\` lists what can be set, for example`,
    `\`$env:${SOURCE_DIR.name} = 'C:\\src\\tree'\`. The build enters the compiler's environment by itself; a developer prompt works as well.`,
    ...table(
      ['It says', 'Do this'],
      [
        [
          '`vswhere.exe is missing`, or Visual Studio has no C++ tools',
          'install the Build Tools above, with the workload; restart the shell',
        ],
        [
          '`python is not on the PATH`',
          'run the script through `micromamba run`, as above, or activate the environment',
        ],
        ...(vulkan
          ? [
              [
                '`VULKAN_SDK is …, which holds no SDK`',
                'correct the variable, or remove it: the build then installs the SDK',
              ],
              [
                '`has the SHA-256 …, not the pinned one`',
                'do not run the installer: the download was cut off, or is another file',
              ],
              [
                '`the installer ended with exit status …`',
                `run \`${INSTALL_VULKAN_SDK}\` once in a shell that runs as administrator`,
              ],
            ]
          : []),
        [
          '`Filename too long`',
          '`git config --global core.longpaths true`, and set `LongPathsEnabled` in the registry, or use a shorter `BUILD_DIR`',
        ],
        [
          'a DLL, or one of its dependencies, is not found',
          'the check names the DLL: exclude it from the repair only if users have it',
        ],
      ],
    ),
  ];
}

function inputRows(spec: PipelineSpec): string[][] {
  const both = testInputs().map((input) => input.variable.name);
  const row = (input: Input): string[] => [
    `\`${input.variable.name}\``,
    `${input.help}${both.includes(input.variable.name) ? '' : ' (build only)'}`,
    describeDefault(input),
  ];
  return buildInputs(spec)
    .filter((input) => !input.only || platformsOn(spec, input.only).length > 0)
    .map(row);
}

/** The source in words, for pages. */
export function describeSource({ source }: PipelineSpec): string {
  if (source.git) {
    const tag = source.git.tag ? ` (${source.git.tag})` : '';
    return `commit \`${source.git.commit}\`${tag} of <${source.git.repository}>`;
  }
  if (source.sdist) {
    return `the source distribution \`${source.sdist.distribution}\` ${source.sdist.version} from the Python package index`;
  }
  return `the folder \`${source.folder}\` of this repository`;
}
