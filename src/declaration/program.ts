/** The Python program from its sources. */
import { objectOf, path } from './schema/values';

/** Where a repository has the program's sources, such as a fork of this library. */
export interface ProgramOptions {
  /** The folder of the Python package `wheel_pipeline`, from the pipeline's folder, such as `src/runtime/wheel_pipeline`. */
  readonly sources: string;

  /** The requirements file of the sources, each wheel by its hash, from the pipeline's folder. */
  readonly requirements: string;
}

/** @internal */
export const programSchema = objectOf<ProgramOptions>()({
  sources: path("the pipeline's folder"),
  requirements: path("the pipeline's folder"),
});
