/** A small library that a toolchain is tried on before hours of compiling depend on it. */
import { within } from './error';
import { System, systemSchema } from './platform';
import { objectOf, path, z } from './schema/values';
import type { Wheel } from './wheel';
import { validateWheels, wheelOptions } from './wheel-rules';

/**
 * A wheel of a few files that uses every library which the real ones use. It is built, repaired, installed and checked as
 * they are: when the image is tried, and at the beginning of each build until the toolchain changes.
 */
export interface Preflight {
  /**
   * Its source: a folder of the project with a `pyproject.toml`, relative to the pipeline's folder.
   * `builtin:mlc-llm/preflight` is the folder of this library.
   */
  readonly folder: string;

  /** Its wheel: build settings and checks; `projectDir` is relative to the folder. */
  readonly wheel: Wheel;

  /**
   * The only system that it is tried on.
   *
   * @default - both
   */
  readonly system?: System;
}

/** @internal */
export const preflightSchema = objectOf<Preflight>()({
  folder: path("the pipeline's folder", { builtin: true }),
  wheel: wheelOptions.schema,
  system: z.optional(systemSchema),
});

/** What a schema cannot say. @internal */
export function validatePreflight({ wheel }: Preflight): void {
  within('preflight', () => validateWheels([wheel]));
}
