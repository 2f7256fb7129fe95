/** `docs/local-development.md`: building and testing the wheels on one's own machine. */
import { commands, Page, page, table } from './page';
import { DOCKERFILE, WORKSPACE } from '../docker/dockerfile';
import { ENVIRONMENT_FILE, lockFile } from '../docker/environment';
import { describeDefault } from '../scripts/help';
import { AUDITWHEEL_PLAT, buildInputs, outputFolder, SOURCE_DIR, testInputs } from '../scripts/inputs';
import type { Input } from '../scripts/script';
import { BUILD_REQUIREMENTS } from '../scripts/tasks';
import { PipelineSpec, platformsOn } from '../spec/pipeline';
import { isOn } from '../spec/toolchain';

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
    '## What you can set',
    '',
    'The scripts take no arguments but `--help`; their inputs are environment variables.',
    ...table(['Variable', 'For', 'Default'], inputRows(spec)),
    '## The toolchain',
    '',
    `One Conda environment, [\`${ENVIRONMENT_FILE}\`](../${ENVIRONMENT_FILE}), serves every platform:`,
    ...table(
      ['Package', 'Version', 'On'],
      spec.toolchain.packages.map((each) => [
        `\`${each.name}\``,
        each.version === '*' ? 'any' : `\`${each.version}\``,
        each.only ?? 'every platform',
      ]),
    ),
    `Versions are declared in \`.projenrc.ts\` or come from the library's table of pins; after a change, \`npx projen\` writes the files anew.`,
    `To install exactly the same packages every time, commit an explicit lock file (${spec.platforms.map((facts) => `\`${lockFile(facts)}\``).join(', ')});`,
    'where there is one, it is what gets installed:',
    ...commands(
      `micromamba create --yes --dry-run --platform ${spec.platforms[0].condaSubdir} --file ${ENVIRONMENT_FILE} --name lock  # see what would be installed`,
      `micromamba env export --explicit --md5 --name lock > ${lockFile(spec.platforms[0])}  # from an environment made of it`,
    ),
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
        ['`build/test-environment`', 'the environment that the wheels were tested in'],
      ],
    ),
    'To go on from there, open a shell in the same toolchain (`npx projen image:shell`) and paste the command from the log.',
  );
}

function linuxSection(spec: PipelineSpec): string[] {
  const image = `${spec.image.name}:latest`;
  const folder = outputFolder(platformsOn(spec, 'linux')[0].platform);
  return [
    '',
    '## Linux, in the toolchain image',
    '',
    'You need [Docker](https://docs.docker.com/engine/install/). Pull the image or build it:',
    ...commands(`docker pull ${image}`, `docker build --file ${DOCKERFILE} --tag ${image} .  # or: npx projen image`),
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
