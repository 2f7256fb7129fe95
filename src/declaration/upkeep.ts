/** What can be chosen of how a pipeline is kept up to date, and of how much is kept. */
import { scheduleList } from './release';
import { above0, listOf, objectOf, text, z } from './schema/values';

/** How `upgrade.yml` raises versions, and `cleanup.yml` removes old images. */
export interface UpkeepOptions {
  /**
   * When both run, as cron expressions in UTC. With an empty list they run by hand only.
   *
   * @default ['29 4 * * 1']
   */
  readonly schedule?: string[];

  /**
   * Days that a version has to be public before it is proposed: what is withdrawn, or found to be harmful, mostly is so
   * within the first ones.
   *
   * @default 7
   */
  readonly cooldownDays?: number;

  /**
   * What is never raised: names of Conda packages, distributions, actions and images, such as `llvmdev`; `vulkan-sdk` and
   * `source` for those.
   *
   * @default ['python']
   */
  readonly hold?: string[];

  /**
   * Days that an image is kept that no release names.
   *
   * @default 90
   */
  readonly keepImagesDays?: number;
}

const days = above0('a whole number of days up to 3650', (given) => Number.isInteger(given) && given <= 3650);

/** @internal */
export const upkeepSchema = objectOf<UpkeepOptions>()({
  schedule: z.optional(scheduleList),
  cooldownDays: z.optional(days),
  hold: z.optional(listOf(text('the name of what is not raised, such as llvmdev', /^[\w.-]+(\/[\w.-]+)*$/))),
  keepImagesDays: z.optional(days),
});
