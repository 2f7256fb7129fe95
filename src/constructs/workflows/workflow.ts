import type { IConstruct } from 'constructs';
import { ObjectFile } from 'projen/lib/object-file';
import { Document, isScalar, Pair, Scalar, visit, YAMLMap } from 'yaml';
import { Content, contentOf, definitionOf, SOURCE } from './content';
import { workflowFile } from './context';
import type { WorkflowDefinition } from './model';
import { checkPolicy } from './policy';
import { replacement } from './replaced-actions';
import { inOneSentence } from '../../failure';

/**
 * A workflow file of GitHub Actions.
 *
 * Beside what projen's own renders, it has `permissions: {}` at the top in its usual place, the version of each pinned
 * action as a comment, and input names as they are written. It can be overridden as any of projen's object files, with
 * `<commit> # <version>` behind an action's `@`; `project.github.actions.set` replaces an action everywhere. What the policy forbids throws before anything is written, whether it was
 * declared or overridden; see `policy.ts`.
 */
export class Workflow extends ObjectFile {
  private readonly header: readonly string[];

  constructor(
    scope: IConstruct,
    public readonly id: string,
    definition: WorkflowDefinition,
    header: readonly string[],
  ) {
    super(scope, workflowFile(id), { marker: false, obj: contentOf(definition) });
    this.header = header;
    checkPolicy(id, definition);
  }

  /** What the file says, with all overrides. */
  public get definition(): WorkflowDefinition {
    return definitionOf(this.content());
  }

  public preSynthesize(): void {
    super.preSynthesize();
    inOneSentence(() => this.check());
  }

  /** Throws where the file would say what the policy forbids. */
  public check(): void {
    const { permissions } = this.content();
    if (Object.keys(permissions ?? { all: 'write' }).length > 0) {
      throw new Error(`workflow ${this.id} must have no permissions at its top: each job states its own`);
    }
    checkPolicy(this.id, this.definition);
    this.withReplacedActions();
  }

  protected synthesizeContent(): string {
    return render(this.withReplacedActions(), this.header);
  }

  /** The policy knows actions by their own names, so it judges the content without these replacements. */
  private withReplacedActions(): Content {
    const content = this.content();
    for (const step of Object.values<Content>(content.jobs ?? {}).flatMap((job) => (job.steps ?? []) as Content[])) {
      if (step.uses !== undefined) step.uses = replacement(this.project, step.uses as string) ?? step.uses;
    }
    return content;
  }

  private content(): Content {
    // projen merges overrides into what it is given.
    const resolver = { resolve: (value: unknown): unknown => structuredClone(value) };
    return JSON.parse(super.synthesizeContent(resolver)!) as Content;
  }
}

/** A workflow file's text: the same definition gives the same bytes. */
export function renderWorkflow(definition: WorkflowDefinition, header: readonly string[]): string {
  return render(contentOf(definition), header);
}

function render(content: Content, header: readonly string[]): string {
  const document = new Document(content, { aliasDuplicateObjects: false });
  annotate(document);
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

/** Comments that a linter needs on a line. */
const REMARKS: ReadonlyArray<readonly [key: string, value: RegExp, comment: string]> = [
  ['uses', /^\.\//, 'zizmor: ignore[self-repository] actionlint and act know this form only'],
];

/** The use of each permission beyond reading the code. */
const PERMISSIONS: Record<string, string> = {
  'actions: read': 'finds the run that published the toolchain image',
  'actions: write': 'starts a run of the tag',
  'contents: write': 'publishes the release',
  'issues: write': 'opens an issue for a person to act on',
  'packages: read': 'pulls the toolchain image',
  'packages: write': 'publishes the toolchain image or deletes old ones',
  'id-token: write': 'proves to the signer which workflow this is',
  'attestations: read': 'verifies the attestation of the toolchain image',
  'attestations: write': 'stores the attestation',
  'artifact-metadata: write': 'records where the attested artifact is stored',
};

/** Writes the version behind each pinned commit, the source behind a step's name, and the remarks behind theirs. */
function annotate(document: Document): void {
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !isScalar(value)) return;
      const remark = REMARKS.find(([name, pattern]) => key.value === name && pattern.test(String(value.value)));
      const permission = PERMISSIONS[`${String(key.value)}: ${String(value.value)}`];
      const [action, version] = key.value === 'uses' ? String(value.value).split(' # ') : [];
      if (version) value.value = action;
      const [suffix, source] = key.value === 'name' ? (SOURCE.exec(String(value.value)) ?? []) : [];
      if (suffix) value.value = String(value.value).slice(0, -suffix.length);
      const comment = version ?? source ?? remark?.[2] ?? permission;
      if (comment) value.comment = ` ${comment}`;
    },
  });
}
