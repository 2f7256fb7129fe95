/** `scripts/reproduce`: builds twice, from two folders, without a shared cache, and says what differs. */
import { BUILD_DIR, buildInputs, OUTPUT_DIR, SCCACHE_DIR, WHEEL_CACHE, WHEEL_CACHE_DIR } from './inputs';
import { WHEELTOOL } from './python';
import { PLATFORM, ROOT, Script, text, Word } from './script';
import { PipelineSpec, reusesWheels } from '../declaration/pipeline';
import { ofVariant } from '../declaration/variant';

/** Where the script lies. */
export function reproduceFile(spec: PipelineSpec): string {
  return ofVariant(spec, 'scripts/reproduce.sh');
}

/** Two names of different length: a path that is cut to fit, such as an rpath, shows. */
const BUILDS = ['first', 'second-time'];

/** Declares the script, for Linux: MSVC writes paths and times of its own into what it compiles. */
export function reproduceScript(spec: PipelineSpec): Script {
  const ours = [OUTPUT_DIR, SCCACHE_DIR, WHEEL_CACHE_DIR];
  const script = new Script(
    ofVariant(spec, 'reproduce'),
    `Builds the wheels of ${spec.name} twice, in different folders, each from nothing, and compares them byte by byte.`,
    buildInputs(spec).filter((input) => !ours.includes(input.variable)),
    text`${BUILD_DIR}/logs`,
  );
  const folder = text`${BUILD_DIR}/reproduce/${PLATFORM}`;
  const wheels = (build: string): Word => text`${folder}/${build}/wheels`;
  script.step('Make room', (step) => step.emptyFolder(folder));
  for (const build of BUILDS) {
    script.step(`Build the wheels, ${build.replace('-', ' ')}`, (step) =>
      step
        .comment('Also where a cache is shared, everything is compiled: what it holds may be of another folder.')
        .run(
          'env',
          'SCCACHE_RECACHE=1',
          text`${BUILD_DIR.name}=${folder}/${build}/build`,
          text`${SCCACHE_DIR.name}=${folder}/${build}/cache`,
          ...(reusesWheels(spec) ? [text`${WHEEL_CACHE_DIR.name}=${folder}/${build}/${WHEEL_CACHE}`] : []),
          text`${OUTPUT_DIR.name}=${wheels(build)}`,
          'bash',
          text`${ROOT}/${ofVariant(spec, 'scripts/build.sh')}`,
        ),
    );
  }
  return script.step('Compare them', (step) => step.run(...WHEELTOOL, 'compare', ...BUILDS.map(wheels)));
}
