import { above0, listOf, objectOf, text, variables, z } from './schema/values';

/** What can be chosen of a job, whatever it does. */
export interface JobOptions {
  /**
   * The labels of the runner, such as `['self-hosted', 'linux', 'x64', 'big']`.
   *
   * @default - GitHub's own runner for what the job does
   */
  readonly runsOn?: string[];

  /**
   * Minutes after which the job is stopped.
   *
   * @default - as long as such a job was seen to need; 360 for one that builds wheels
   */
  readonly timeoutMinutes?: number;
}

/** One system's jobs, and the builds in them. */
export interface SystemOptions extends JobOptions {
  /**
   * Environment variables that the builds of this system run with, beside those for all.
   *
   * @default - none
   */
  readonly environment?: { readonly [name: string]: string };
}

/** Linux's jobs, and the builds in them. */
export interface LinuxOptions extends SystemOptions {
  /**
   * The labels of the runner for 64-bit ARM; `runsOn` is for the other jobs.
   *
   * @default - GitHub's own runner
   */
  readonly aarch64RunsOn?: string[];
}

const label = text('a runner label: letters, digits, dots, dashes and underscores', /^[A-Za-z0-9][\w.-]*$/);

/** The schema of the labels of a runner. @internal */
export const runsOnSchema = listOf(label, 'at least one runner label');

const shape = {
  runsOn: z.optional(runsOnSchema),
  timeoutMinutes: z.optional(
    above0(
      'a whole number of minutes up to 360, the most that GitHub gives a job',
      (minutes) => Number.isInteger(minutes) && minutes <= 360,
    ),
  ),
};

/** @internal */
export const jobSchema = objectOf<JobOptions>()(shape);

/** @internal */
export const systemOptionsSchema = objectOf<SystemOptions>()({ ...shape, environment: z.optional(variables) });

/** @internal */
export const linuxOptionsSchema = objectOf<LinuxOptions>()({
  ...shape,
  environment: z.optional(variables),
  aarch64RunsOn: z.optional(runsOnSchema),
});
