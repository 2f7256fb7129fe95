/** `docs/customizing.md`: what can be chosen, and how. */
import { Page, page, table } from './page';
import { Step, WHEEL_STEPS, When } from '../declaration/hook';
import { WorkflowName } from '../declaration/pipeline';
import { System } from '../declaration/platform';
import { identifier } from '../github/names';
import type { Plan } from '../plan/plan';

function code(...lines: string[]): string[] {
  return ['', '```ts', ...lines, '```', ''];
}

/** Declares the page. */
export function customizingPage(plan: Plan): Page {
  const systems = plan.builds[0].systems;
  const linux = systems.includes(System.LINUX);
  const system = systems[0];
  const job = identifier(plan.builds[0].platforms[0].id);
  return page(
    'customizing',
    'Customizing the pipeline',
    'Everything below is an option in `.projenrc.ts`: of `WheelPipeline`, and of `MlcLlmPipelineProject` under `pipeline`. A wrong value or',
    'a name that does not exist is one sentence at synthesis, and no file is written; `npx projen --debug` adds the stack.',
    '',
    '## What is added, and what is replaced',
    '',
    "A `MlcLlmPipelineProject` begins with MLC-LLM's declaration, and what you declare is merged into it: packages and channels of the",
    'toolchain by name, tools by command, wheels by distribution, checks by name, pinned test requirements by distribution, variables and',
    'CMake entries by name. Lists grow. One of the same name takes the place of the default.',
    ...code(
      'pipeline: {',
      "  toolchain: { packages: [{ name: 'mesalib' }, { name: 'python', version: '3.12.*' }] },",
      "  source: { git: { commit: '<40 digits>' } },  // submodules and Cargo.lock stay; the tag goes with its commit",
      "  wheels: [{ distribution: 'tvm', cmake: { all: { USE_RPC: 'OFF' } }, checks: [{ name: 'mine', imports: ['tvm.ir'] }] }],",
      '}',
    ),
    'To begin a part anew, say so; what you declare of it is then all that there is:',
    ...code("pipeline: { startAnew: [MlcLlmPart.TOOLCHAIN], toolchain: { packages: [{ name: 'rust' }] } }"),
    '## Commands before and after a step',
    ...code(
      'hooks: [',
      "  { name: 'patch it', step: Step.SOURCE, when: When.AFTER, command: ['python', 'tools/patch.py'] },",
      `  { name: 'strip it', step: Step.BUILD, wheel: '${plan.builds[0].wheels[0].distribution}', when: When.AFTER, command: ['python', 'tools/strip.py'], only: System.${system.toUpperCase()} },`,
      ']',
    ),
    "The command is a program and its arguments; no shell reads them. It runs as the step does, in the checkout's root wherever the caller",
    'is, and where it fails, the step fails.',
    `\`when\` is \`${Object.values(When).join('` or `')}\`.`,
    ...table(
      ['Step', 'Name', 'Of'],
      Object.entries(Step).map(([name, step]) => [
        `\`Step.${name}\``,
        `\`${step}${WHEEL_STEPS.includes(step) ? `:${plan.builds[0].wheels[0].distribution}` : ''}\``,
        OF_TEST.includes(step) ? 'test' : WHEEL_STEPS.includes(step) ? 'build, for each wheel' : 'build',
      ]),
    ),
    '## Variables of the builds',
    ...code(
      "environment: { CFLAGS: '-g1' },                   // for all; compiler flags are added to the pipeline's own",
      ...systems.map((each) => `${each}: { environment: { ON: '${each}' } },`.padEnd(50) + '// for one system'),
      "variants: [{ name: 'gpu-1.0', environment: { GPU: '1' }, … }],  // for one variant",
      "wheels: [{ distribution: 'thing', environment: { THING: '1' }, … }],  // for one wheel",
    ),
    'For a variant of MLC-LLM: `variantChanges: [{ name: MlcLlmVariant.CUDA_12_8, environment: { … }, runsOn: [ … ] }]`.',
    '',
    '## Runners',
    '',
    'One label, or all that the runner must have:',
    ...code(
      ...systems.map((each) => `${each}: { runsOn: ['self-hosted', '${each}', 'big'], timeoutMinutes: 120 },`),
      ...(linux ? ["linux: { aarch64RunsOn: 'our-arm' },", "docker: { runsOn: 'big' },"] : []),
      "release: { runsOn: 'trusted' },",
      "variants: [{ name: 'gpu-1.0', runsOn: ['self-hosted', 'gpu'], … }],",
    ),
    '## Disk space',
    '',
    'A build checks before it begins that what it was measured to need is free; without a figure, nothing is checked. Figures are in gigabytes:',
    ...code(
      `diskGigabytes: { ${[...(linux ? ['image: 2'] : []), ...systems.map((each) => `${each}: 12`)].join(', ')} },  // ${linux ? 'image: unpacked; ' : ''}a system: BUILD_DIR and the wheels at their largest`,
      "variants: [{ name: 'gpu-1.0', diskGigabytes: { … }, … }],",
    ),
    ...(linux ? ['A Linux job that may not fit a GitHub-hosted runner deletes unused tools there first.', ''] : []),
    '## When wheels are built',
    ...code(
      'triggers: {',
      "  defaultBranch: 'trunk',",
      "  pushBranches: ['stable'],            // beside the default branch",
      "  pullRequestBranches: ['trunk'],      // no others",
      "  ignoredPaths: ['docs/**', '*.md'],   // a required check then never reports",
      "  schedule: '0 4 * * 1',               // empty for never",
      '}',
    ),
    '## Versions',
    '',
    'Python, CMake and every other Conda package: by name in `toolchain.packages`.',
    ...(linux
      ? [
          "The base image's name says the lowest glibc, and with it the platform tag of the wheels everywhere, or else `toolchain.glibc` does.",
        ]
      : []),
    ...code(
      ...(linux ? ["toolchain: { baseImage: 'quay.io/pypa/manylinux_2_34_x86_64:<tag>@sha256:<64 digits>' },"] : []),
      'pins: {',
      "  actions: { 'actions/checkout': '<40 digits> # v7.0.2' },",
      "  micromamba: 'docker.io/mambaorg/micromamba:2.3.3@sha256:<64 digits>',",
      "  micromambaExe: { version: '2.3.3-0', sha256: '<64 digits>' },",
      "  vulkanSdk: { version: '1.4.357.0', sha256: '<64 digits>' },",
      '},',
    ),
    ...upkeep(plan),
    '## Libraries from the Python package index',
    '',
    'What Conda does not have, or only as a shared library, can come as a wheel: by version and hash, into the image and wherever',
    'the build runs. `prefix` is a folder of it that is laid out like `/usr`; programs and CMake packages in it are found first.',
    ...code(
      'toolchain: {',
      "  pythonPackages: [{ name: 'mlc-llvm-static', version: '…', sha256: ['<64 digits>', …], prefix: '<folder in site-packages>' }],",
      "  unusedLibraries: ['xml2'],  // what llvm-config asks the linker for and no code uses",
      '}',
    ),
    '## A preflight',
    '',
    'A wheel of a few files that uses every library which the real ones use is built, repaired, installed and checked before them, so',
    'that a toolchain which lacks something says so in seconds:',
    ...code(
      'preflight: {',
      "  files: { 'pyproject.toml': '…', 'CMakeLists.txt': '…', 'try.c': '…' },",
      "  wheel: { distribution: 'thing-preflight', checks: [{ name: 'loads', imports: ['thing_preflight'] }] },",
      '}',
    ),
    '## Files that exist already',
    '',
    'Synthesis never overwrites a file that it did not write: it stops before the first one, and names them all. Move or delete such a',
    'file, or let synthesis overwrite it once. `.projen/files.json` lists what synthesis wrote: commit it.',
    ...code(
      "adoptExistingFiles: ['.gitignore'],  // an option of WheelPipeline, and of MlcLlmPipelineProject itself",
      '',
      "project.gitignore.addPatterns('*.log');  // rules of your own .gitignore and .gitattributes",
      "project.gitattributes.addAttributes('*.png', 'binary');",
    ),
    '## The check for outdated files',
    '',
    '`build.yml` fails a pull request whose synthesized files are outdated. `buildWorkflow: false` leaves it out. It installs exactly what',
    'the lock file has (npm, pnpm or Yarn); a project without `package.json` gets one, and `package-lock.json`: commit both. `npx projen`',
    'runs `.projenrc.ts` with tsx, or `.projenrc.js`, unless the project has a default task of its own.',
    '',
    '## Several pipelines in one repository',
    '',
    'A second pipeline takes a `prefix`: a folder for its scripts, image, pages and wheels; its workflows and tasks begin with it as well',
    `(\`<prefix>-${system}.yml\`, \`npx projen <prefix>:…\`). A subproject has the same by its folder: its workflows are at the root, where GitHub`,
    'reads them. One pipeline of a repository releases; the others leave `WorkflowName.RELEASE` out of `workflows`.',
    '',
    '## Everything else',
    '',
    "projen's own way to change a file works on workflows too; what comes out is checked by the same policy as what is declared:",
    ...code(
      `project.tryFindObjectFile('.github/workflows/${system}.yml')?.addOverride('jobs.${job}.env.DEBUG', '1');`,
      "WheelPipeline.of(project)?.workflow(WorkflowName.RELEASE)?.addDeletionOverride('on.push');",
      "// An action: commit and version, as 'actions/checkout@<40 digits> # v7.0.2'.",
    ),
  );
}

/** How versions are raised, as far as that is declared. */
function upkeep({ pins, workflows }: Plan): string[] {
  if (!workflows.includes(WorkflowName.UPGRADE)) {
    return [`The same can stand in \`${pins.file}\` (\`pinsFile\`); what \`.projenrc.ts\` says wins.`, ''];
  }
  return [
    `The same stands in \`${pins.file}\` (\`pinsFile\`), which \`upgrade.yml\` writes; what \`.projenrc.ts\` says wins. How it raises versions, and`,
    'how long images are kept ([upkeep](ci-pipeline.md#upkeep)):',
    ...code("upkeep: { schedule: '29 4 * * 1', cooldownDays: 7, hold: ['python', 'git'], keepImagesDays: 90 },"),
    'Without `WorkflowName.UPGRADE` or `WorkflowName.CLEANUP` in `workflows`, nobody does.',
    '',
  ];
}

/** The steps of testing. */
const OF_TEST: readonly Step[] = [Step.WHEELS, Step.TEST_ENVIRONMENT, Step.REQUIREMENTS, Step.INSTALL, Step.CHECKS];
