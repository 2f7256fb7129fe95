import { above0, objectOf, z } from './schema/values';

/** Measured disk space in gigabytes (10⁹ bytes). */
export interface DiskFigures {
  /**
   * The toolchain image, unpacked.
   *
   * @default - not measured
   */
  readonly image?: number;

  /**
   * The peak of a build from scratch and its test on Linux: `BUILD_DIR` with its caches, and the wheels. A build verifies
   * that this space is free before it starts.
   *
   * @default - not measured, not checked
   */
  readonly linux?: number;

  /**
   * The same on Windows.
   *
   * @default - not measured, not checked
   */
  readonly windows?: number;
}

const gigabytes = z.optional(above0('a number of gigabytes above 0, up to 10000', (given) => given <= 10_000));

/** @internal */
export const diskSchema = objectOf<DiskFigures>()({ image: gigabytes, linux: gigabytes, windows: gigabytes });
