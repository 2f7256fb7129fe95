/**
 * Minutes after which each kind of job is stopped, in one table: some five times what it was seen to take, and for a job that
 * builds wheels the most that GitHub gives.
 *
 * @internal
 */
export const MINUTES = {
  wheels: 360,
  test: 60,
  image: 60,
  plan: 10,
  verify: 15,
  publish: 30,
  report: 5,
  /** Compiling, linting and testing the project that declares a pipeline. */
  build: 30,
  /** Reading the workflows. */
  lint: 10,
  /** This repository's slow suite. */
  slowSuite: 60,
  /** Asking everybody for newer versions, and synthesizing. */
  upgrade: 30,
  /** Removing old images. */
  cleanup: 15,
} as const;
