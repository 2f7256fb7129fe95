/** `project.github.actions.set`, as projen documents it, in every workflow of a pipeline. */
import { readdirSync } from 'node:fs';
import { Project } from 'projen';
import { GitHub, GitHubProject } from 'projen/lib/github';
import { parse } from 'yaml';
import { MlcLlmPipelineProject, WheelPipeline } from '../../../src';
import { at, read, SMALL } from '../../small';

const COMMIT = 'a'.repeat(40);

/** A project whose declaration is run, so that it has a build workflow too. */
const declare = (): MlcLlmPipelineProject =>
  new MlcLlmPipelineProject({
    name: 'thing',
    githubRepository: 'owner/thing',
    defaultReleaseBranch: 'main',
    outdir: at(''),
  });

/** The references of an action by workflow, in order. */
function uses(action: string): Record<string, string[]> {
  const found = readdirSync(at('.github/workflows')).map((file): [string, string[]] => {
    const lines = read(`.github/workflows/${file}`).match(/(?<=^ *(?:- )?uses: ).*/gm) ?? [];
    return [file, lines.filter((line) => line.startsWith(`${action}@`))];
  });
  return Object.fromEntries(found);
}

test('replaces each checkout of each workflow, and nothing else', () => {
  declare().synth();
  const [checkouts, logins] = [uses('actions/checkout'), uses('docker/login-action')];
  expect(Object.keys(checkouts).sort()).toEqual(
    ['build', 'cleanup', 'docker', 'linux', 'release', 'reproduce', 'upgrade', 'windows'].map((name) => `${name}.yml`),
  );
  const project = declare();
  project.github!.actions.set('actions/checkout', `actions/checkout@${COMMIT} # v9.0.0`);
  project.synth();
  for (const [file, found] of Object.entries(checkouts)) {
    expect(found.length).toBeGreaterThan(0);
    expect([file, uses('actions/checkout')[file]]).toEqual([
      file,
      found.map(() => `actions/checkout@${COMMIT} # v9.0.0`),
    ]);
  }
  expect(uses('docker/login-action')).toEqual(logins);
});

test('takes a commit without a version, and a copy of the action, which is judged as the action', () => {
  const project = declare();
  project.github!.actions.set('actions/checkout', `acme/checkout@${COMMIT}`);
  project.synth();
  expect(Object.values(uses('actions/checkout')).flat()).toEqual([]);
  expect(new Set(Object.values(uses('acme/checkout')).flat())).toEqual(new Set([`acme/checkout@${COMMIT}`]));
  const other = declare();
  other.github!.actions.set('actions/checkout', `acme/checkout@${COMMIT}`);
  const { file } = other.pipeline.workflows.cleanup!;
  file.addOverride('jobs.home.steps.0.with.persist-credentials', true);
  expect(() => other.synth()).toThrow('must not persist credentials');
});

test('replaces one version of an action alone, the one that the workflows use', () => {
  declare().synth();
  const [before] = uses('actions/checkout')['linux.yml'];
  const project = declare();
  project.github!.actions.set('actions/checkout@v1', `actions/checkout@${'b'.repeat(40)}`);
  project.github!.actions.set(`actions/checkout@${before.split(' # ')[1]}`, `actions/checkout@${COMMIT}`);
  project.synth();
  expect(new Set(uses('actions/checkout')['linux.yml'])).toEqual(new Set([`actions/checkout@${COMMIT}`]));
});

test.each(['actions/checkout@v7', `actions/checkout@${'a'.repeat(7)}`, './checkout', 'docker://checkout:1'])(
  'refuses %s, and changes no file',
  (reference) => {
    declare().synth();
    const before = read('.github/workflows/linux.yml');
    const project = declare();
    project.github!.actions.set('actions/checkout', reference);
    expect(() => project.synth()).toThrow(
      `project.github.actions sets actions/checkout to "${reference}", which is no full commit: set it to `,
    );
    expect(read('.github/workflows/linux.yml')).toBe(before);
  },
);

test('leaves it out of the pins that upgrade.yml raises', () => {
  const project = declare();
  project.github!.actions.set('actions/checkout', `actions/checkout@${COMMIT}`);
  project.synth();
  const { actions } = JSON.parse(read('scripts/plan.json')).pins;
  expect(Object.keys(actions)).not.toContain('actions/checkout');
  expect(Object.keys(actions)).toContain('actions/cache/save');
});

test('works for the pipeline of a subproject, through the root that has its workflows', () => {
  const root = new GitHubProject({ name: 'thing', outdir: at('') });
  new WheelPipeline(new Project({ name: 'sub', parent: root, outdir: 'sub' }), SMALL);
  GitHub.of(root)!.actions.set('actions/checkout', `actions/checkout@${COMMIT}`);
  root.synth();
  const { steps } = parse(read('.github/workflows/sub-linux.yml')).jobs.plan;
  expect(steps[0].uses).toBe(`actions/checkout@${COMMIT}`);
});
