/** What can be chosen of the release, and of when the other workflows run. */
import { runsOnSchema } from './job';
import { flag, listOf, objectOf, text, z } from './schema/values';

/** How a tag becomes a release. */
export interface ReleaseOptions {
  /**
   * The environment on GitHub that publishing waits for: its reviewers and rules, which are set there, decide whether a
   * release becomes public.
   *
   * @default 'release'
   */
  readonly environment?: string;

  /**
   * Wait for the environment. If false, a release is published as soon as its wheels are verified.
   *
   * @default true
   */
  readonly useEnvironment?: boolean;

  /**
   * Whether a release asks that its tag is on the default branch. Releases from branches of their own, such as for
   * backports, need it off.
   *
   * @default true
   */
  readonly onDefaultBranch?: boolean;

  /**
   * Generate GitHub attestations of wheels and images. `true` includes private and internal repositories, which need
   * GitHub Enterprise Cloud; `false` turns attestations off.
   *
   * @default - only in public repositories
   */
  readonly attest?: boolean;

  /**
   * Whether a release has a list of its contents (SPDX) for each wheel.
   *
   * @default true
   */
  readonly sbom?: boolean;

  /**
   * The labels of the runner of the jobs that plan, verify, sign and publish.
   *
   * @default - GitHub's own runner
   */
  readonly runsOn?: string[];
}

/** When the workflows run beside pull requests, the merge queue and by hand. */
export interface TriggerOptions {
  /**
   * The default branch: its builds fill the caches that other runs read, and its images are the ones that releases use.
   *
   * @default 'main'
   */
  readonly defaultBranch?: string;

  /**
   * When the wheels are built without a change, as cron expressions in UTC: GitHub deletes caches that were not read for
   * a week. An empty list turns scheduled builds off.
   *
   * @default ['17 3 * * 1,4']
   */
  readonly schedule?: string[];

  /**
   * Branches whose pushes build the wheels, beside the default branch.
   *
   * @default - none
   */
  readonly pushBranches?: string[];

  /**
   * The only branches that a pull request has to be for, to build the wheels.
   *
   * @default - every branch
   */
  readonly pullRequestBranches?: string[];

  /**
   * Globs of files, such as `docs/**`: a push or a pull request that changes nothing else builds no wheels. A check that the
   * branch requires then never reports.
   *
   * @default - none
   */
  readonly ignoredPaths?: string[];
}

/** A branch's name as git takes it, in the part of that which needs no quotes anywhere. */
const BRANCH = /^(?!.*(\.\.|\/\/|\.lock$))[A-Za-z0-9][A-Za-z0-9._/-]*(?<![./])$/;

const FIELD = String.raw`(\*|[0-9]+(-[0-9]+)?)(\/[0-9]+)?(,(\*|[0-9]+(-[0-9]+)?)(\/[0-9]+)?)*`;
const CRON = new RegExp(`^${Array<string>(5).fill(FIELD).join(' ')}$`);

/** @internal */
export const branchName = text('the name of a branch, such as main', BRANCH);

/** @internal */
export const scheduleList = listOf(text('a cron expression of five fields, such as 17 3 * * 1,4', CRON));

/** @internal */
export const releaseSchema = objectOf<ReleaseOptions>()({
  environment: z.optional(
    text(
      'the name of an environment: letters, digits, dots, dashes and underscores',
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/,
    ),
  ),
  useEnvironment: z.optional(flag),
  onDefaultBranch: z.optional(flag),
  attest: z.optional(flag),
  sbom: z.optional(flag),
  runsOn: z.optional(runsOnSchema),
});

const branches = z.optional(listOf(branchName, 'at least one branch'));

/** @internal */
export const triggersSchema = objectOf<TriggerOptions>()({
  defaultBranch: z.optional(branchName),
  schedule: z.optional(scheduleList),
  pushBranches: branches,
  pullRequestBranches: branches,
  ignoredPaths: z.optional(
    listOf(text('a glob of files, such as docs/**', /^!?[\w.*?[\]@+-]+(\/[\w.*?[\]@+-]+)*$/), 'at least one glob'),
  ),
});
