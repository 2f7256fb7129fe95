/** `scripts/test-image`: tries the toolchain image, before it is published and on anybody's machine. */
import { BUILD_DIR, testInputs } from './inputs';
import { planFile } from './plan';
import { PLATFORM, ROOT, Script, text, Variable, Word } from './script';
import { imageTag, PipelineSpec } from '../declaration/pipeline';
import { ofVariant } from '../declaration/variant';
import { WORKSPACE } from '../docker/dockerfile';

/** Where the script lies. */
export function testImageFile(spec: PipelineSpec): string {
  return ofVariant(spec, 'scripts/test-image.sh');
}

/** The image that is tried. */
export const IMAGE = new Variable('IMAGE');

/** Declares the script; it needs Docker, so it is for Linux. */
export function testImageScript(spec: PipelineSpec): Script {
  const inputs = [
    {
      variable: IMAGE,
      type: 'text' as const,
      help: 'The image to try, by tag or digest.',
      default: imageTag(spec),
    },
    ...testInputs().filter((input) => input.variable === BUILD_DIR),
  ];
  const script = new Script(
    ofVariant(spec, 'test-image'),
    `Tries the toolchain image of ${spec.name}: its tools, its user, its environment, and a checkout of another owner.`,
    inputs,
    text`${BUILD_DIR}/logs`,
  );
  const run: Word[] = ['docker', 'run', '--rm'];
  const mounted: Word[] = [...run, text`--volume=${ROOT}:${WORKSPACE}:ro`];
  // Nobody's number: neither root's, nor the image's own, nor that of a runner.
  const anybody: Word[] = [...mounted, '--user=12345:12345', IMAGE];
  script
    .step('Find Docker', (step) =>
      step.need('docker', 'Install it: https://docs.docker.com/engine/install/').run('docker', 'version'),
    )
    .step('Check the tools and their versions', (step) =>
      step.run(
        ...anybody,
        'python',
        'scripts/buildtool.py',
        'tools',
        ...(spec.variant ? [`--plan=${planFile(spec)}`] : []),
        text`--platform=${PLATFORM}`,
        '--output=/tmp/tools.tsv',
      ),
    )
    .step('See that it does not run as root', (step) =>
      step.run(...run, IMAGE, 'bash', '-c', 'echo "runs as uid $(id -u)"; test "$(id -u)" -ne 0'),
    )
    .step('Find the environment in every kind of shell', (step) =>
      step
        .run(...run, IMAGE, 'python', '--version')
        .run(...run, IMAGE, 'bash', '-lc', 'python --version')
        .run(...run, '--entrypoint=sh', IMAGE, '-c', 'python --version'),
    )
    .step('Read a checkout of another owner, and write to a home folder', (step) =>
      step.run(
        ...anybody,
        'bash',
        '-c',
        'test -r scripts/buildtool.py && touch ~/file && git init --quiet ~/repository',
      ),
    );
  return script;
}
