/** Class 8: nothing half-published, nothing of a person's replaced, and no false success. */
import { appendFileSync, cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FaultCase } from './case';
import { Hub, PLATFORM, TAG, TOKEN } from './hub';
import { check, RunResult } from '../support/process';

type Case = FaultCase<Hub>;

const git = (hub: Hub, ...words: string[]): Promise<RunResult> =>
  check(['git', '-C', join(hub.folder, 'origin'), '-c', 'user.name=x', '-c', 'user.email=x@example.com', ...words], {
    quiet: true,
  });

const tag = (fault: string, name: string, broken: string): Case => ({
  fault,
  broken: `the tag ${JSON.stringify(name)}, ${broken}`,
  run: ['plan', `--tag=${name}`],
  exit: 2,
  after: 'GitHub was not asked',
  again: ['plan'],
});

const unfit = (fault: string, broken: string, breaks: (hub: Hub) => unknown, told = '', ...more: string[]): Case => ({
  fault,
  broken,
  breaks,
  run: ['verify', ...more],
  exit: 1,
  told,
  after: 'the wheels are as they were, and nothing is told of them',
  check: (_, { stdout }) => expect(stdout).not.toContain('sums-digest='),
  again: ['verify'],
});

/** What publishing leaves behind where it fails: a draft, or nothing; never something public. */
const notPublic = (hub: Hub): void => expect(hub.release()?.draft ?? true).toBe(true);

const unpublished = (fault: string, broken: string, breaks: (hub: Hub) => unknown, more: Partial<Case> = {}): Case => ({
  fault,
  broken,
  breaks,
  run: ['publish'],
  exit: 1,
  changes: true,
  after: 'nothing is public',
  check: notPublic,
  again: ['publish'],
  ...more,
});

const refused = (status: number, said: string, fault: string): Case =>
  unpublished(fault, `GitHub answers ${status} to an upload`, (hub) =>
    hub.gh(`if [ "$2" = upload ]; then echo "HTTP ${status}: ${said} (https://api.github.com)" >&2; exit 1; fi`),
  );

/** While the second file is uploaded, somebody does something to the draft. */
const meanwhile = (command: string): string =>
  `draft="$GH_STANDIN_FOLDER/${TAG}"\ncount="$GH_STANDIN_FOLDER/count"\n` +
  `if [ "$2" = upload ]; then echo x >>"$count"; if [ "$(wc -l <"$count")" -eq 2 ]; then ${command}; fi; fi`;

export const RELEASE: Case[] = [
  tag('tag-no-version', 'vnext', 'which is no version'),
  tag('tag-no-version', '1.0.0', 'which has no v'),
  tag('tag-no-version', 'v1.0.0 ', 'which ends in a blank'),
  tag('tag-no-version', 'v1.0.0;id', 'which a shell would run'),
  tag('tag-normal', 'v1.0.0-rc1', "which is not in PEP 440's normal form"),
  tag('tag-normal', 'v01.0', 'which begins with a zero'),
  tag('tag-kind', 'v1.0.0+local', 'which names a local version'),
  tag('tag-kind', 'v1!1.0', 'which names an epoch'),
  {
    fault: 'tag-missing',
    broken: 'there is no such tag',
    run: ['plan', '--tag=v2.0.0'],
    exit: 2,
    after: 'nothing is released',
    again: ['plan'],
  },
  {
    fault: 'tag-missing',
    broken: 'a branch has the name that the tag should have',
    breaks: (hub) => git(hub, 'branch', 'v2.0.0'),
    run: ['plan', '--tag=v2.0.0'],
    exit: 2,
    after: 'nothing is released',
    again: ['plan'],
  },
  {
    fault: 'tag-no-commit',
    broken: 'the tag names a tree, not a commit',
    breaks: (hub) => git(hub, 'tag', 'v2.0.0', 'HEAD^{tree}'),
    run: ['plan', '--tag=v2.0.0'],
    exit: 2,
    after: 'nothing is released',
    again: ['plan'],
  },
  {
    fault: 'tag-moved',
    broken: 'the tag was moved since the run began',
    run: ['plan', `--sha=${'1'.repeat(40)}`],
    exit: 1,
    after: 'nothing is released',
    again: ['plan'],
  },
  {
    fault: 'run-on-branch',
    broken: 'the run is on a branch, which GitHub would sign',
    run: ['plan', '--ref=refs/heads/main'],
    exit: 1,
    after: 'nothing is released',
    again: ['plan'],
  },
  {
    fault: 'tag-off-branch',
    broken: 'the tag is not on the default branch',
    breaks: async (hub) => {
      await git(hub, 'checkout', '--quiet', '--orphan', 'aside');
      await git(hub, 'commit', '--quiet', '--allow-empty', '--message', 'aside');
      await git(hub, 'tag', '--force', TAG);
    },
    run: ['plan'],
    exit: 1,
    after: 'nothing is released',
  },
  unfit('not-tested', 'the wheels were not tested', (hub) => rmSync(hub.file('test-report.json'))),
  unfit('tests-failed', 'a check of the wheels failed', (hub) =>
    hub.change('test-report.json', (report) => {
      report.failed = 1;
      report.checks[0].outcome = 'failed';
    }),
  ),
  unfit('tests-left-out', 'checks of the wheels were left out', (hub) =>
    hub.change('test-report.json', (report) => (report.leftOut = 2)),
  ),
  unfit('other-tested', 'another build of the same name was tested', (hub) =>
    hub.change('test-report.json', (report) => (report.wheels[0].sha256 = '0'.repeat(64))),
  ),
  unfit(
    'report-other',
    'the report is one of another platform',
    (hub) => hub.change('test-report.json', (report) => (report.platform = 'windows-amd64')),
    'test-report.json',
  ),
  unfit('wheel-changed', 'a byte of a wheel has changed on its way', (hub) => appendFileSync(hub.file(hub.wheel), 'x')),
  unfit('wheel-gone', 'a wheel is missing', (hub) => rmSync(hub.file(hub.wheel))),
  unfit('platform-gone', 'a platform is missing', (hub) =>
    renameSync(join(hub.folder, 'wheels', PLATFORM), join(hub.folder, 'elsewhere')),
  ),
  unfit('platform-unknown', 'there are wheels of a platform that is not declared', (hub) =>
    cpSync(join(hub.folder, 'wheels', PLATFORM), join(hub.folder, 'wheels/plan9'), { recursive: true }),
  ),
  unfit('record-other', 'the record is one of another platform', (hub) =>
    hub.change('build-record.json', (record) => (record.platform = 'windows-amd64')),
  ),
  unfit('record-schema', 'the record is one of an earlier schema', (hub) =>
    hub.change('build-record.json', (record) => (record.schema = 1)),
  ),
  unfit('built-dirty', 'the tree had changes that were not committed', (hub) =>
    hub.change('build-record.json', (record) => (record.source.dirty = true)),
  ),
  unfit('built-elsewhere', 'another tree than the declared one was built', (hub) =>
    hub.change('build-record.json', (record) => (record.source.sourceDir = true)),
  ),
  unfit('built-otherwise', 'the record tells of another source than the plan', (hub) =>
    hub.change('build-record.json', (record) => (record.source.path = 'elsewhere')),
  ),
  unfit('wheel-kept', 'a wheel was taken from a cache, in which others may write', (hub) =>
    hub.change('build-record.json', (record) =>
      record.amendments.push({ distribution: 'release-demo', from: hub.wheel, reused: '0'.repeat(64) }),
    ),
  ),
  unfit('other-version', 'the wheels have another version than the tag', () => undefined, '', '--version=1.0.1'),
  unfit('digest-differs', 'a wheel has changed since it was verified', () => undefined, '', '--expect-digest=0'),
  unfit(
    'sums-differ',
    'the hashes are not those that the build made',
    () => undefined,
    '',
    `--expect-sums=${PLATFORM}=${'0'.repeat(64)}`,
  ),
  unfit('file-foreign', 'a file of another origin lies beside the wheels', (hub) =>
    writeFileSync(hub.file('notes.txt'), 'x'),
  ),
  unpublished('draft-foreign', 'a person has made a draft for the tag', (hub) => hub.made(true), {
    changes: false,
    after: "the person's draft is as it was",
    mends: (hub) => rmSync(join(hub.folder, 'releases', TAG), { recursive: true }),
  }),
  unpublished('published-otherwise', 'the tag is published already, with other files', (hub) => hub.made(false), {
    changes: false,
    after: 'what is public is as it was',
    check: (hub) => expect(hub.release()!.assets).toEqual(['theirs.whl']),
    mends: (hub) => rmSync(join(hub.folder, 'releases', TAG), { recursive: true }),
  }),
  {
    area: 8,
    broken: 'the tag is published already, with the same files',
    breaks: async (hub) => expect((await hub.run(['publish'])).status).toBe(0),
    run: ['publish'],
    exit: 0,
    told: 'is already published, the same files',
    after: 'what is public is as it was',
  },
  unpublished(
    'two-publish',
    'two runs publish the tag at the same time',
    (hub) =>
      hub.gh(meanwhile(`sed -i 's/release ${TAG} [0-9a-f]*/release ${TAG} 0123456789abcdef/' "$draft/release.json"`)),
    { after: 'their files are not mixed: nothing is public' },
  ),
  unpublished(
    'published-meanwhile',
    'somebody publishes the draft while it is filled',
    (hub) => hub.gh(meanwhile(`sed -i 's/"isDraft": true/"isDraft": false/' "$draft/release.json"`)),
    {
      after: 'no further file is added to what is public',
      check: (hub) => expect(hub.release()!.assets.length).toBeLessThan(5),
      mends: (hub) => rmSync(join(hub.folder, 'releases', TAG), { recursive: true }),
    },
  ),
  unpublished(
    'draft-gone',
    'somebody deletes the draft while it is filled',
    (hub) => hub.gh('', meanwhile('rm -r "$draft"')),
    { after: 'nothing is there' },
  ),
  unpublished('upload-differs', 'a file arrives with another byte', () => undefined, {
    env: { GH_STANDIN_CORRUPT: '.whl' },
    after: 'a draft is left, which the next run takes up',
    check: (hub) => expect(hub.release()!.draft).toBe(true),
  }),
  unpublished('gh-failed', 'no upload succeeds', () => undefined, {
    env: { GH_STANDIN_FAIL: 'upload:1+' },
    after: 'a draft is left, which the next run takes up',
    check: (hub) => expect(hub.release()!.draft).toBe(true),
  }),
  {
    area: 8,
    broken: 'the first upload fails',
    run: ['publish'],
    env: { GH_STANDIN_FAIL: 'upload:1' },
    exit: 0,
    changes: true,
    told: 'trying again in',
    after: 'the release is public and whole',
  },
  unpublished('not-public', 'the call that publishes fails', () => undefined, {
    env: { GH_STANDIN_FAIL: 'edit:1+' },
    after: 'the draft is whole',
    check: (hub) => expect(hub.release()!.draft).toBe(true),
  }),
  {
    fault: 'public-all-the-same',
    broken: 'the call that publishes answers with an error, and has published',
    breaks: (hub) => hub.gh('', 'case "$*" in *--draft=false*) echo "HTTP 502: Server Error" >&2; exit 1;; esac'),
    run: ['publish'],
    exit: 0,
    changes: true,
    after: 'the release is public and whole',
    check: (hub) => expect(hub.release()!.draft).toBe(false),
  },
  unpublished(
    'public-unknown',
    'the call that publishes fails, and GitHub does not say whether it is public',
    (hub) =>
      hub.gh(
        'case "$*" in *--draft=false*) touch "$GH_STANDIN_FOLDER/broken";; esac\n' +
          'if [ -e "$GH_STANDIN_FOLDER/broken" ]; then echo "HTTP 502: Server Error" >&2; exit 1; fi',
      ),
    { after: 'the draft is whole' },
  ),
  refused(401, 'Bad credentials', 'gh-401'),
  refused(403, 'Resource not accessible by integration', 'gh-403'),
  refused(429, 'Too Many Requests', 'gh-429'),
  {
    ...refused(403, 'API rate limit exceeded', 'gh-429'),
    broken: 'GitHub answers 403 to an upload, since it was asked too often',
  },
  unpublished(
    'gh-hangs',
    'an upload never ends',
    (hub) => {
      hub.limits({ upload: 2, attempts: 1 });
      hub.gh('if [ "$2" = upload ]; then exec sleep 297; fi');
    },
    { after: 'a draft is left, which the next run takes up' },
  ),
  unpublished('gh-missing', 'gh is not installed', () => undefined, {
    env: (hub) => ({ PATH: hub.withoutGh }),
    exit: 2,
    changes: false,
  }),
  unpublished('gh-token', 'there is no token', () => undefined, {
    env: { GH_TOKEN: undefined, GITHUB_TOKEN: undefined },
    changes: false,
    after: 'nothing is there',
  }),
  unpublished('notes-missing', 'there is no file of the notes', (hub) => rmSync(join(hub.folder, 'notes.md')), {
    exit: 2,
    changes: false,
  }),
  unpublished('signature-missing', 'there is no file of the signature', () => undefined, {
    run: ['publish', '--signature=/nowhere'],
    exit: 2,
    changes: false,
  }),
  unpublished(
    'tag-moved',
    'the tag was moved while the wheels were built',
    async (hub) => {
      await git(hub, 'commit', '--quiet', '--allow-empty', '--message', 'y');
      await git(hub, 'tag', '--force', TAG);
    },
    { changes: false },
  ),
  unpublished(
    'stopped',
    'SIGTERM while a file is uploaded',
    (hub) => hub.gh('if [ "$2" = upload ]; then exec sleep 297; fi'),
    {
      act: async (hub) => {
        const started = hub.launch(['publish']);
        await started.reaches(/^sleep 297$/);
        return started.end('SIGTERM');
      },
      exit: 143,
      after: 'a draft is left, which the next run takes up',
      check: (hub) => expect(hub.release()!.draft).toBe(true),
    },
  ),
  {
    area: 8,
    broken: 'a file of an earlier try, which this release does not have, is in the draft',
    breaks: async (hub) => {
      await hub.run(['publish'], { GH_STANDIN_FAIL: 'upload:3+' });
      mkdirSync(join(hub.folder, 'releases', TAG, 'assets'), { recursive: true });
      writeFileSync(join(hub.folder, 'releases', TAG, 'assets/theirs.whl'), 'theirs');
    },
    run: ['publish'],
    exit: 0,
    changes: true,
    after: 'the release is public, and has its own files only',
    check: (hub) => expect(hub.release()!.assets).not.toContain('theirs.whl'),
  },
  unpublished(
    'gh-failed',
    'what gh says of its failure has the token in it',
    (hub) => hub.gh('if [ "$2" = upload ]; then echo "cannot post as $GH_TOKEN" >&2; exit 1; fi'),
    {
      told: 'cannot post as ***',
      check: (_, { stdout, stderr }) => expect(stdout + stderr).not.toContain(TOKEN),
    },
  ),
];
