/** Data of `docs/ci-pipeline.md`: triggers, permissions and caches of the workflows. */
import { freedDiskSpace } from './disk-space';
import { attestation, declaredImages, image, imageProofs, variantImages } from './image';
import { codeList, Described, page, View } from './page';
import { describeTriggers } from './triggers';
import { MINUTES } from '../../declaration/minutes';
import { outputFolder } from '../../plan/files';
import type { Plan } from '../../plan/plan';
import { reusedWheels } from '../../plan/select';
import { runnerVariable } from '../workflows/jobs/platform';
import { SYSTEM_TITLES } from '../workflows/names';
import { reportArtifact, RETENTION, wheelsArtifact } from '../workflows/steps/artifacts';
import { CACHE_SIZES, compilerCacheSize } from '../workflows/steps/caches';

/** Renders the page. */
export function ciPipelinePage(described: Described): string {
  const { workflows } = described;
  const { plan } = described.context;
  const { systems } = plan.builds[0];
  const has = (...names: string[]): boolean => workflows.some(({ name }) => names.includes(name));
  const builds = has('linux', 'windows');
  return page('ci-pipeline', described, {
    triggers: Object.fromEntries(workflows.map(({ name, definition }) => [name, describeTriggers(definition)])),
    setUp: builds || has('docker', 'release'),
    requiredChecks: requiredChecks(described),
    image: image(plan),
    attest: attestation(plan),
    variants: variantImages(plan),
    proofs: has('docker') && has('linux') && imageProofs(plan),
    declaredImages: !has('docker') && has('linux') && declaredImages(plan),
    wheels: builds && { platforms: platforms(plan), buildsImagePush: has('docker') && has('linux') },
    runnerVariables: plan.builds.some((build) => build.runnerByVariable),
    freed: freedDiskSpace(plan),
    caches: builds && caches(plan),
    upkeep: has('upgrade', 'cleanup') && upkeep(plan),
    timeouts: systems.map((system) => ({
      system,
      title: SYSTEM_TITLES[system],
      minutes: plan.timeoutMinutes[system],
    })),
    testMinutes: MINUTES.test,
    retention: RETENTION,
  });
}

/** Return the names of the jobs that a ruleset can require. */
function requiredChecks({ workflows }: Described): string | false {
  const jobs = workflows.flatMap(({ definition }) => (definition.jobs.green ? [definition.jobs.green.name] : []));
  return jobs.length > 0 && jobs.map((name) => `*${name}*`).join(', ');
}

function platforms({ builds }: Plan): View[] {
  return builds.flatMap((build) =>
    build.platforms.map((platform) => ({
      title: platform.title,
      runner: codeList(platform.runsOn ?? [platform.runner]),
      testRunner: runnerVariable(build) ?? false,
      wheels: wheelsArtifact(platform),
      report: reportArtifact(platform),
      folder: outputFolder(platform),
      tag: platform.platformTag,
    })),
  );
}

function caches(plan: Plan): View {
  return {
    allGigabytes: CACHE_SIZES.all / 1000,
    freeGigabytes: CACHE_SIZES.room / 1000,
    compilerMegabytes: compilerCacheSize(plan),
    reused: codeList(reusedWheels(plan.builds[0])) || false,
  };
}

function upkeep({ upkeep: { cooldownDays, hold, keepImagesDays }, pins }: Plan): View {
  return {
    cooldownDays,
    keepImagesDays,
    held: codeList(hold) || 'nothing',
    pinsFile: pins.file,
    vulkanSdk: pins.vulkanSdk !== null,
  };
}
