/** The part of `docs/ci-pipeline.md` that says how versions are raised, and old images removed. */
import { commands, table } from './page';
import { WorkflowName } from '../declaration/pipeline';
import { UPGRADE_APP } from '../github/upgrade';
import type { Plan } from '../plan/plan';

/** Declares the section; empty where neither workflow is declared. */
export function upkeepSection(plan: Plan): string[] {
  const parts = [
    ...(plan.workflows.includes(WorkflowName.UPGRADE) ? upgrades(plan) : []),
    ...(plan.workflows.includes(WorkflowName.CLEANUP) ? images(plan) : []),
  ];
  return parts.length > 0 ? ['## Upkeep', '', ...parts] : [];
}

function upgrades({ upkeep, pins, repository }: Plan): string[] {
  const settings = `https://github.com/${repository}/settings`;
  const rights = Object.entries(UPGRADE_APP.permissions).map(([name, right]) => `*${name}*: ${right}`);
  return [
    `\`upgrade.yml\` asks everybody who publishes what is pinned for versions that are newer and have been public for ${upkeep.cooldownDays} days`,
    `(\`upkeep.cooldownDays\`). It writes them into \`${pins.file}\`, which \`npx projen\` reads, synthesizes everything anew, and proposes that as`,
    'one change, with its reasons: from, to, and when that was published. It merges nothing.',
    ...table(
      ['What', 'Who is asked', 'How far it goes'],
      [
        ['actions, the source', 'the releases on GitHub', 'the highest version'],
        ['images', 'Docker Hub, quay.io', 'the highest tag of the same form, by its digest'],
        ['Conda packages', 'anaconda.org', 'a newer series, not another major version: `3.31.*` to `3.32.*`'],
        [
          'test requirements, what the program needs, zizmor, uv',
          'the Python package index',
          'versions that require each other',
        ],
        ...(Object.keys(pins.pythonPackages).length > 0
          ? [
              [
                "the toolchain's Python packages",
                'the Python package index',
                'the highest version with a wheel of the same kind for each that is pinned',
              ],
            ]
          : []),
        ['Vulkan SDK', 'LunarG', 'the highest version, with the checksum that LunarG tells'],
      ],
    ),
    `What is named in \`upkeep.hold\` stays (${upkeep.hold.map((name) => `\`${name}\``).join(', ') || 'nothing'}), and so does every version that \`.projenrc.ts\` states itself.`,
    '',
    'The token of a job may change no workflow, and no check starts for a pull request that it opens. So a GitHub App of yours does that:',
    '',
    `1. Create one under <https://github.com/settings/apps/new> without a webhook, with these repository permissions: ${rights.join(', ')}. Install it on this repository.`,
    `2. Put its client ID into the [repository variable](${settings}/variables/actions) \`${UPGRADE_APP.clientId}\`.`,
    `3. Put a private key of it into the secret \`${UPGRADE_APP.privateKey}\` of the [environment](${settings}/environments) \`${UPGRADE_APP.environment}\`, for the default branch only.`,
    '',
    'Without an app, an issue has the change, its reasons, and the commands that apply it.',
    '',
  ];
}

function images({ upkeep, image }: Plan): string[] {
  return [
    `\`cleanup.yml\` removes versions of \`${image.name}\` that are older than ${upkeep.keepImagesDays} days (\`upkeep.keepImagesDays\`). It never removes what`,
    "a release names, in its notes or its build records; what is `latest`; the image of the default branch's environment; or a part or a signature",
    'of one of these. Where it cannot read a release or an image, it removes nothing. Before the first image is published, it succeeds with',
    'nothing to do. By hand it only says what it would do, unless told otherwise:',
    ...commands('gh workflow run cleanup.yml --field dry-run=false'),
  ];
}
