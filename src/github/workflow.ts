import { FileBase, Project } from 'projen';
import { Document, isScalar, Pair, Scalar, visit, YAMLMap } from 'yaml';
import type { CallJob, StepsJob, Value, WorkflowDefinition } from './model';
import { checkPolicy } from './policy';

/** Where a workflow's file lies. */
export function workflowFile(name: string): string {
  return `.github/workflows/${name}.yml`;
}

/**
 * A workflow file of GitHub Actions.
 *
 * Beside what projen's own renders, it has `permissions: {}` at the top in its usual place, the version of each pinned
 * action as a comment, and input names as they are written. What the policy forbids throws here, before anything is
 * written; see `policy.ts`.
 */
export class Workflow extends FileBase {
  constructor(
    project: Project,
    public readonly id: string,
    public readonly definition: WorkflowDefinition,
    private readonly header: readonly string[],
  ) {
    super(project, workflowFile(id), { marker: false });
    checkPolicy(id, definition);
  }

  protected synthesizeContent(): string {
    return renderWorkflow(this.definition, this.header);
  }
}

/** A workflow file's text: the same definition gives the same bytes. */
export function renderWorkflow(definition: WorkflowDefinition, header: readonly string[]): string {
  const content = {
    name: definition.name,
    on: definition.on,
    permissions: {},
    concurrency: definition.concurrency,
    jobs: Object.fromEntries(Object.entries(definition.jobs).map(([id, job]) => [id, renderJob(job)])),
  };
  const document = new Document(content, { aliasDuplicateObjects: false });
  annotate(document, definition);
  spaceOut(document.contents as YAMLMap);
  spaceOut(document.get('jobs') as YAMLMap);
  const comment = header.map((line) => `# ${line}`.trimEnd()).join('\n');
  return `${comment}\n\n${document.toString({ lineWidth: 0 })}`;
}

/** A blank line between the entries of a map. */
function spaceOut(map: YAMLMap): void {
  map.items.forEach((item, index) => {
    ((item as Pair).key as Scalar).spaceBefore = index > 0;
  });
}

function renderJob(job: StepsJob | CallJob): Value {
  const common = { name: job.name, needs: job.needs, if: job.if, permissions: job.permissions };
  if ('calls' in job) return { ...common, uses: `./${job.calls}`, with: job.with };
  return {
    ...common,
    'runs-on': job.runsOn,
    'timeout-minutes': job.timeoutMinutes,
    environment: job.environment,
    container: job.container,
    outputs: job.outputs,
    env: job.env,
    steps: job.steps.map(({ uses, ...step }) => ({
      name: step.name,
      id: step.id,
      if: step.if,
      uses: uses && `${uses.action}@${uses.commit}`,
      with: step.with,
      env: step.env,
      shell: step.shell,
      run: step.run,
    })),
  };
}

/** What a reader or a linter has to know of a line. */
const REMARKS: ReadonlyArray<readonly [key: string, value: RegExp, comment: string]> = [
  ['uses', /^\.\//, 'zizmor: ignore[self-repository] actionlint and act know this form only'],
  ['image', /\$\{\{/, 'zizmor: ignore[unpinned-images] a release passes a digest'],
];

/** What a permission beyond reading the code is for. */
const PERMISSIONS: Record<string, string> = {
  'contents: write': 'publishes the release',
  'packages: read': 'pulls the toolchain image',
  'packages: write': 'publishes the toolchain image',
  'id-token: write': 'proves to the signer which workflow this is',
  'attestations: write': 'keeps the signed attestation',
};

/** Writes the version that people read behind each pinned commit, and the remarks behind theirs. */
function annotate(document: Document, definition: WorkflowDefinition): void {
  const versions = new Map<unknown, string>(
    Object.values(definition.jobs)
      .flatMap((job) => ('calls' in job ? [] : job.steps))
      .flatMap((step) => (step.uses ? [[`${step.uses.action}@${step.uses.commit}`, step.uses.version] as const] : [])),
  );
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !isScalar(value)) return;
      const remark = REMARKS.find(([name, pattern]) => key.value === name && pattern.test(String(value.value)));
      const permission = PERMISSIONS[`${String(key.value)}: ${String(value.value)}`];
      const comment = (key.value === 'uses' ? versions.get(value.value) : undefined) ?? remark?.[2] ?? permission;
      if (comment) value.comment = ` ${comment}`;
    },
  });
}
