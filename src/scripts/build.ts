/** `scripts/build`: from the pinned source to repaired, inspected, recorded wheels. */
import { fetchSource, SOURCE_TREE } from './fetch';
import {
  BUILD_DIR,
  buildInputs,
  JOBS,
  OUTPUT_DIR,
  SCCACHE_DIR,
  SOURCE_DATE_EPOCH,
  SOURCE_DIR,
  TOOLCHAIN_IMAGE,
  WHEEL_CACHE_DIR,
  WHEEL_VERSION,
} from './inputs';
import { readPlan } from './plan';
import { ALIASTOOL, BUILDTOOL, WHEELCACHE, WHEELTOOL } from './python';
import { PLATFORM, Script, Statements, stepsFile, text, Variable, Word } from './script';
import { configSettings } from './settings';
import type { PipelineSpec } from '../declaration/pipeline';
import { System, SYSTEMS } from '../declaration/platform';
import { ofVariant } from '../declaration/variant';
import type { Wheel } from '../declaration/wheel';

const VERSION = new Variable('VERSION');
const COMMIT = new Variable('COMMIT');
const PLATFORM_TAG = new Variable('PLATFORM_TAG');
const WHEEL = new Variable('WHEEL');
const CARGO_HOME = new Variable('CARGO_FOLDER');
const RUST_FLAGS = new Variable('RUST_FLAGS');

const RECORDS = text`${BUILD_DIR}/records`;
const TOOLS_FILE = text`${RECORDS}/tools.tsv`;
const CHANGES_FILE = text`${RECORDS}/changes.json`;
const CACHE_FILE = text`${RECORDS}/compiler-cache.json`;
const FINISHED = text`${BUILD_DIR}/finished`;

/** Declares the script. */
export function buildScript(spec: PipelineSpec): Script {
  const names = spec.wheels.map((wheel) => wheel.distribution).join(', ');
  const script = new Script(
    ofVariant(spec, 'build'),
    `Builds the wheels of ${spec.name} (${names}) from source, repairs, inspects and records them.`,
    buildInputs(spec),
    text`${BUILD_DIR}/logs`,
  );
  checkTools(script, spec);
  prepareWindows(script, spec);
  fetchSource(script, spec);
  setVersion(script);
  prepareEnvironment(script, spec);
  for (const wheel of spec.wheels) {
    buildWheel(script, wheel);
    shareCode(script, wheel);
    amend(script, wheel);
    repair(script, spec, wheel);
  }
  finish(script, spec);
  return script;
}

function checkTools(script: Script, spec: PipelineSpec): void {
  script.step('Check the tools', (step) =>
    readPlan(step, spec)
      .need('python', 'Use the toolchain image, or activate the Conda environment of docker/environment.yml.')
      .emptyFolder(RECORDS)
      .run(...BUILDTOOL, 'tools', text`--platform=${PLATFORM}`, text`--output=${TOOLS_FILE}`)
      .capture(PLATFORM_TAG, ...BUILDTOOL, 'platform-tag', text`--platform=${PLATFORM}`),
  );
}

/** CMake's Ninja generator and cargo look for `cl.exe` and `link.exe` on the PATH. */
function prepareWindows(script: Script, spec: PipelineSpec): void {
  script.step(
    'Enter the compiler environment',
    (step) => step.onWindows('enter_msvc').onWindows('hide_conda_link').need('link.exe', 'The C++ workload brings it.'),
    'windows',
  );
  if (!spec.toolchain.vulkan) return;
  script.step('Find or install the Vulkan SDK', (step) => step.onWindows('use_vulkan_sdk'), 'windows');
}

function setVersion(script: Script): void {
  script.step('Set the version', (step) =>
    step
      .capture(COMMIT, ...BUILDTOOL, 'commit', text`--source-dir=${SOURCE_DIR}`)
      .capture(VERSION, ...BUILDTOOL, 'version', text`--version=${WHEEL_VERSION}`, text`--commit=${COMMIT}`),
  );
}

/**
 * What makes two builds the same, to the byte and from any folder: the files' time, no build path in a library (also
 * not as an rpath that is rewritten at installation), and a compiler cache that covers every compiler.
 */
function prepareEnvironment(script: Script, spec: PipelineSpec): void {
  const variable = (name: string): Variable => new Variable(name);
  script.step('Prepare the environment', (step) => {
    step
      .emptyFolder(text`${BUILD_DIR}/cmake`)
      .emptyFolder(text`${BUILD_DIR}/raw`)
      .emptyFolder(text`${BUILD_DIR}/amended`)
      .emptyFolder(text`${BUILD_DIR}/repaired`)
      .emptyFolder(FINISHED)
      .export(SOURCE_DATE_EPOCH, SOURCE_DATE_EPOCH)
      .export(variable('CMAKE_GENERATOR'), 'Ninja')
      .export(variable('CMAKE_BUILD_PARALLEL_LEVEL'), JOBS)
      .export(variable('CARGO_BUILD_JOBS'), JOBS)
      .comment('A source that is no repository must not be taken for a part of the checkout around it.')
      .export(variable('GIT_CEILING_DIRECTORIES'), BUILD_DIR)
      .each(Object.entries(spec.environment), (each, [name, value]) => each.export(variable(name), value))
      .when({ kind: 'onPath', command: 'sccache' }, (cached) =>
        cached
          .export(SCCACHE_DIR, SCCACHE_DIR)
          .export(variable('CMAKE_C_COMPILER_LAUNCHER'), 'sccache')
          .export(variable('CMAKE_CXX_COMPILER_LAUNCHER'), 'sccache')
          .export(variable('RUSTC_WRAPPER'), 'sccache')
          .comment(
            'A server of its own: one that another build started, here or in a container, may not see these files.',
          )
          .capture(variable('CACHE_PORT'), ...BUILDTOOL, 'cache-port')
          .export(variable('SCCACHE_SERVER_PORT'), variable('CACHE_PORT')),
      );
  });
  script.step(
    'Keep build paths out of the libraries',
    (step) => {
      const maps = [text`${SOURCE_TREE}=/src`, text`${BUILD_DIR}=/build`];
      if (usesRust(spec)) {
        maps.push(text`${CARGO_HOME}=/cargo`);
        step
          .comment('Crates are compiled where cargo keeps them, and bring C code of their own.')
          .capture(CARGO_HOME, ...BUILDTOOL, 'cargo-home')
          .capture(RUST_FLAGS, ...BUILDTOOL, 'rust-flags', ...maps.map((map) => text`--map=${map}`))
          .export(variable('CARGO_ENCODED_RUSTFLAGS'), RUST_FLAGS);
      }
      const flags = maps.map((map) => text`-ffile-prefix-map=${map}`).reduce((all, flag) => text`${all} ${flag}`);
      step.export(variable('CFLAGS'), flags).export(variable('CXXFLAGS'), flags);
    },
    'linux',
  );
}

function usesRust(spec: PipelineSpec): boolean {
  return spec.toolchain.packages.some((each) => each.name === 'rust');
}

/** One step for both systems where they build alike, one each where a CMake entry differs. */
function buildWheel(script: Script, wheel: Wheel): void {
  const differs = wheel.cmake?.linux !== undefined || wheel.cmake?.windows !== undefined;
  for (const system of differs ? SYSTEMS : [undefined]) {
    script.step(
      `Build the wheel of ${wheel.distribution}`,
      (step) => (wheel.reuse ? reuseOrBuild(step, wheel, system) : runBackend(step, wheel, system)),
      system,
    );
  }
}

/** A wheel that is slow to build is taken from an earlier build that was given the very same. */
function reuseOrBuild(step: Statements, wheel: Wheel, system?: System): void {
  const same = [
    WHEEL_CACHE_DIR,
    `--distribution=${wheel.distribution}`,
    text`--identity=${RECORDS}/${wheel.distribution}-identity.json`,
  ];
  step
    .run(
      ...WHEELCACHE,
      'take',
      ...same,
      text`--source=${SOURCE_TREE}`,
      text`--platform=${PLATFORM}`,
      text`--tools=${TOOLS_FILE}`,
      text`--output-dir=${raw(wheel)}`,
      text`--changes=${CHANGES_FILE}`,
    )
    .when(
      { kind: 'exists', path: raw(wheel) },
      () => {},
      (otherwise) => {
        runBackend(otherwise, wheel, system);
        otherwise.run(...WHEELCACHE, 'keep', ...same, text`--wheel-dir=${raw(wheel)}`);
      },
    );
}

function runBackend(step: Statements, wheel: Wheel, system?: System): void {
  if (wheel.compileVersion) step.export(new Variable('SETUPTOOLS_SCM_PRETEND_VERSION'), wheel.compileVersion);
  step.run(
    'python',
    '-m',
    'pip',
    'wheel',
    '--no-deps',
    '--no-build-isolation',
    '--check-build-dependencies',
    '--no-cache-dir',
    text`--wheel-dir=${raw(wheel)}`,
    text`--config-settings=build-dir=${BUILD_DIR}/cmake/${wheel.distribution}`,
    ...configSettings(wheel, system).map((setting) => `--config-settings=${setting}`),
    wheel.projectDir ? text`${SOURCE_TREE}/${wheel.projectDir}` : SOURCE_TREE,
  );
}

/** The folders that a wheel goes through. */
const stage =
  (name: 'raw' | 'amended' | 'repaired') =>
  (wheel: Wheel): Word =>
    text`${BUILD_DIR}/${name}/${wheel.distribution}`;
const raw = stage('raw');
const amended = stage('amended');
const repaired = stage('repaired');

/** Before the repair, which then finds that the one library needs the other. */
function shareCode(script: Script, wheel: Wheel): void {
  if (!wheel.aliases) return;
  script.step(
    `Ship the code of ${wheel.distribution} once`,
    (step) =>
      step.run(
        ...ALIASTOOL,
        raw(wheel),
        `--distribution=${wheel.distribution}`,
        text`--work-dir=${BUILD_DIR}/aliases/${wheel.distribution}`,
        text`--changes=${CHANGES_FILE}`,
      ),
    'linux',
  );
}

/** Before the repair, which writes the version into its software bill of materials. */
function amend(script: Script, wheel: Wheel): void {
  script.step(`Set the metadata of ${wheel.distribution}`, (step) =>
    step
      .run(
        ...WHEELTOOL,
        'amend',
        raw(wheel),
        `--distribution=${wheel.distribution}`,
        ...(wheel.keepVersion ? [] : [text`--version=${VERSION}`]),
        text`--commit=${COMMIT}`,
        text`--siblings=${FINISHED}`,
        text`--output-dir=${amended(wheel)}`,
        text`--changes=${CHANGES_FILE}`,
      )
      .capture(WHEEL, ...BUILDTOOL, 'only', amended(wheel), '*.whl'),
  );
}

/**
 * Bundles the libraries that users lack, on each system with its tool. Neither promises the order of its zip entries, so
 * the wheel is written once more.
 *
 * @see https://github.com/pypa/auditwheel
 * @see https://github.com/adang1345/delvewheel
 */
function repair(script: Script, spec: PipelineSpec, wheel: Wheel): void {
  const commands: Record<System, Word[]> = {
    linux: ['auditwheel', 'repair', text`--plat=${PLATFORM_TAG}`],
    // Libraries that are loaded through ctypes are seen with --analyze-existing only, and those that lie beside them in
    // the wheel with --ignore-existing only.
    windows: ['delvewheel', 'repair', '--analyze-existing', '--ignore-existing'],
  };
  for (const system of spec.systems) {
    script.step(
      `Repair the wheel of ${wheel.distribution}`,
      (step) =>
        step
          .run(
            ...commands[system],
            ...(wheel.excludes?.[system] ?? []).map((library) => `--exclude=${library}`),
            text`--wheel-dir=${repaired(wheel)}`,
            WHEEL,
          )
          .run(
            ...WHEELTOOL,
            'amend',
            repaired(wheel),
            `--distribution=${wheel.distribution}`,
            text`--siblings=${FINISHED}`,
            text`--output-dir=${FINISHED}`,
            text`--changes=${CHANGES_FILE}`,
          ),
      system,
    );
  }
}

function finish(script: Script, spec: PipelineSpec): void {
  const hidden = [BUILD_DIR, ...(usesRust(spec) ? [CARGO_HOME] : [])];
  for (const system of SYSTEMS) {
    script.step(
      'Inspect the wheels',
      (step) =>
        step.run(
          ...WHEELTOOL,
          'inspect',
          FINISHED,
          text`--platform=${PLATFORM}`,
          text`--platform-tag=${PLATFORM_TAG}`,
          text`--version=${VERSION}`,
          // MSVC has no counterpart to -ffile-prefix-map: what it writes of its paths is not ours to refuse.
          ...(system === 'linux' ? hidden : []).map((path) => text`--build-path=${path}`),
        ),
      system,
    );
  }
  script.step('Record the build', (step) => {
    step
      .when({ kind: 'onPath', command: 'sccache' }, (cached) =>
        cached.run(...BUILDTOOL, 'cache-stats', text`--output=${CACHE_FILE}`).attempt('sccache', '--stop-server'),
      )
      .run(
        ...WHEELTOOL,
        'record',
        FINISHED,
        text`--platform=${PLATFORM}`,
        text`--commit=${COMMIT}`,
        text`--tree=${SOURCE_TREE}`,
        text`--source-dir=${SOURCE_DIR}`,
        text`--image=${TOOLCHAIN_IMAGE}`,
        text`--tools=${TOOLS_FILE}`,
        text`--steps=${stepsFile(script)}`,
        text`--changes=${CHANGES_FILE}`,
        text`--cache-stats=${CACHE_FILE}`,
      )
      .run(...BUILDTOOL, 'deliver', FINISHED, OUTPUT_DIR)
      .say(text`The wheels are in ${OUTPUT_DIR}`);
  });
}
