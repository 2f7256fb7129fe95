/** The sources of the Python program. */
import { objectOf, path } from './schema/values';

/** The location of the program's sources, such as in a fork of this library. */
export interface ProgramOptions {
  /** The folder of the Python package, relative to the pipeline's folder, such as `src/runtime/wheel_pipeline`. */
  readonly sources: string;

  /** The requirements file of the sources, with hashes, relative to the pipeline's folder. */
  readonly requirements: string;
}

/** @internal */
export const programSchema = objectOf<ProgramOptions>()({
  sources: path("the pipeline's folder"),
  requirements: path("the pipeline's folder"),
});
