/** `scripts/test`: the finished wheels, installed into a fresh environment and put through their checks. */
import { BUILD_DIR, OUTPUT_DIR, testInputs, WHEEL_VERSION } from './inputs';
import { readPlan } from './plan';
import { BUILDTOOL, WHEELTOOL } from './python';
import { PLATFORM, ROOT, Script, text, Variable, Word } from './script';
import type { PipelineSpec } from '../declaration/pipeline';
import { ofVariant } from '../declaration/variant';

/** The pinned requirements of the checks, beside the scripts. */
export function testRequirementsFile(spec: PipelineSpec): string {
  return ofVariant(spec, 'scripts/test-requirements.txt');
}

const ATTEMPTS = 4;
const PLATFORM_TAG = new Variable('PLATFORM_TAG');
const TEST_PYTHON = new Variable('TEST_PYTHON');
const ENVIRONMENT = text`${BUILD_DIR}/test-environment`;
const REPORT = text`${BUILD_DIR}/test-report/${PLATFORM}.json`;

/** Declares the script. */
export function testScript(spec: PipelineSpec): Script {
  const names = spec.wheels.map((wheel) => wheel.distribution);
  const script = new Script(
    ofVariant(spec, 'test'),
    `Installs the wheels of ${spec.name} (${names.join(', ')}) into a fresh environment and tests them there.`,
    testInputs(),
    text`${BUILD_DIR}/logs`,
  );
  script.step('Check the wheels against their record', (step) =>
    readPlan(step, spec)
      .need('python', 'Use the toolchain image, or activate the Conda environment of docker/environment.yml.')
      .run(...WHEELTOOL, 'verify-sums', OUTPUT_DIR)
      .capture(PLATFORM_TAG, ...BUILDTOOL, 'platform-tag', text`--platform=${PLATFORM}`)
      .run(
        ...WHEELTOOL,
        'inspect',
        OUTPUT_DIR,
        text`--platform=${PLATFORM}`,
        text`--platform-tag=${PLATFORM_TAG}`,
        text`--version=${WHEEL_VERSION}`,
      ),
  );
  script.step('Make a fresh environment', (step) =>
    step
      .run('python', '-m', 'venv', '--clear', ENVIRONMENT)
      .capture(TEST_PYTHON, ...BUILDTOOL, 'python-of', ENVIRONMENT),
  );
  const pip: Word[] = [TEST_PYTHON, '-m', 'pip', '--disable-pip-version-check', 'install', '--quiet', '--no-deps'];
  script.step('Install the test requirements', (step) =>
    step.retry(ATTEMPTS, ...pip, '--only-binary=:all:', text`--requirement=${ROOT}/${testRequirementsFile(spec)}`),
  );
  script.step('Install the wheels', (step) =>
    step.run(...pip, '--no-index', '--only-binary=:all:', text`--find-links=${OUTPUT_DIR}`, ...names),
  );
  script.step('Check what is installed', (step) =>
    step.run(
      'python',
      text`${ROOT}/scripts/checks.py`,
      text`--python=${TEST_PYTHON}`,
      text`--wheels=${OUTPUT_DIR}`,
      text`--report=${REPORT}`,
    ),
  );
  return script;
}
