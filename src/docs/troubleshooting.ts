/** `docs/troubleshooting.md`: every fault, the message that it ends with, and what to do. */
import { AREAS, Fault, FAULTS, Part } from './faults';
import { Page, page, table } from './page';
import { WorkflowName } from '../declaration/pipeline';
import type { Plan } from '../plan/plan';
import { reusesWheels } from '../plan/select';

/** Declares the page. */
export function troubleshootingPage(plan: Plan): Page {
  const parts: Record<Part, boolean> = {
    linux: plan.builds[0].systems.includes('linux'),
    release: plan.workflows.includes(WorkflowName.RELEASE),
    reuse: plan.builds.some(reusesWheels),
    git: plan.source.git !== null,
    sdist: plan.source.sdist !== null,
  };
  const shown = FAULTS.filter(({ needs }) => needs === undefined || parts[needs]);
  return page(
    'troubleshooting',
    'Troubleshooting',
    'What fails says what happened, why, and what helps. The exit status is 2 where nothing was begun, 1 where work had begun, and 128 and the',
    "signal's number where somebody ended it. Whatever happens: the wheels that were delivered before stay whole, a release is public as a whole or",
    'not at all, and the next run needs no cleaning up by hand.',
    '',
    'Below, … stands for a name, a path or a number. With `--verbose`, all that the tools say is shown; it is in the log as well.',
    ...Object.entries(AREAS).flatMap(([area, title]) =>
      section(
        title,
        shown.filter((each) => each.area === Number(area)),
      ),
    ),
  );
}

function section(title: string, faults: readonly Fault[]): string[] {
  if (faults.length === 0) return [];
  const rows = faults.map(({ fault, message, advice }) => [fault, code(message), advice]);
  return ['', `## ${title}`, ...table(['What is wrong', 'The message', 'What to do'], rows)];
}

/** A message as code, in which Markdown would read accents as its end. */
function code(message: string): string {
  const text = message.replace(/^(?=[ :])/, '…');
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}
