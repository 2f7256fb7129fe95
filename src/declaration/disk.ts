import { above0, objectOf, z } from './schema/values';

/** Disk space in gigabytes (10⁹ bytes), each figure as measured where it was built. */
export interface DiskFigures {
  /**
   * The toolchain image, unpacked.
   *
   * @default - not measured
   */
  readonly image?: number;

  /**
   * A build from nothing and its test on Linux, at their largest: `BUILD_DIR`, with the caches in it, and the wheels. A
   * build checks that it is free before it begins.
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
