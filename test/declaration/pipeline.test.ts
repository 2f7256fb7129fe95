import { SpecError } from '../../src/declaration/error';
import { WheelPipelineOptions, WorkflowName } from '../../src/declaration/pipeline';
import { Platform, System } from '../../src/declaration/platform';
import type { Wheel } from '../../src/declaration/wheel';
import { mlcLlm } from '../../src/mlc-llm/declaration';
import { resolvePlan } from '../../src/plan/resolve';

const SHA = '0123456789abcdef0123456789abcdef01234567';
const DIGEST = `sha256:${'1'.repeat(64)}`;
const wheel: Wheel = { distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] };
const valid: WheelPipelineOptions = {
  repository: 'owner/thing-wheels',
  source: { git: { repository: 'https://example.com/thing', commit: SHA, tag: 'v1.2.0' } },
  wheels: [wheel],
};

test("MLC-LLM's own declaration is valid", () => {
  expect(() => resolvePlan({ ...mlcLlm(), repository: 'owner/name' })).not.toThrow();
});

const withWheel = (changes: Partial<Wheel>): Partial<WheelPipelineOptions> => ({ wheels: [{ ...wheel, ...changes }] });
const withGit = (changes: object): Partial<WheelPipelineOptions> => ({
  source: { git: { ...valid.source.git!, ...changes } },
});

/** What is wrong; the changes that make it so; the option, the value and a word of the advice that the error must have. */
type Mistake = [string, Partial<WheelPipelineOptions>, string, unknown, string];

const mistakes: Mistake[] = [
  ['a repository without owner', { repository: 'thing' }, 'repository', 'thing', 'owner/name'],
  ['a short commit', withGit({ commit: 'bb586e5' }), 'source.git.commit', 'bb586e5', '40'],
  ['a branch for a commit', withGit({ commit: 'main' }), 'source.git.commit', 'main', '40'],
  ['a tag that is no version', withGit({ tag: 'nightly' }), 'source.git.tag', 'nightly', 'PEP 440'],
  [
    'a repository over plain http',
    withGit({ repository: 'http://x/y' }),
    'source.git.repository',
    'http://x/y',
    'https',
  ],
  ['a submodule outside', withGit({ submodules: ['../x'] }), 'source.git.submodules', '../x', 'inside'],
  ['a submodule twice', withGit({ submodules: ['a', 'a'] }), 'source.git.submodules', 'a', 'once'],
  [
    'a submodule before its parent',
    withGit({ submodules: ['a/b', 'a'] }),
    'source.git.submodules',
    'a/b',
    'after its parent a',
  ],
  ['no source', { source: {} }, 'source', [], 'exactly one'],
  ['two sources', { source: { folder: 'a', git: valid.source.git } }, 'source', ['git', 'folder'], 'exactly one'],
  ['an overlay outside', { source: { folder: 'a', overlay: { '../b': 'x' } } }, 'source.overlay', '../b', 'inside'],
  ['an empty overlay', { source: { folder: 'a', overlay: { b: '' } } }, 'source.overlay[b]', '', 'text'],
  [
    'exceptions from nothing',
    withWheel({ checks: [{ name: 'run', command: ['-V'], exclude: ['thing.x'] }] }),
    'wheels[thing].checks[run].exclude',
    ['thing.x'],
    'beside imports',
  ],
  [
    'an alias in another folder',
    withWheel({ aliases: [{ alias: 'a/x.so', target: 'b/y.so' }] }),
    'wheels[thing].aliases',
    'a/x.so of b/y.so',
    'one folder',
  ],
  [
    'an alias of itself',
    withWheel({ aliases: [{ alias: 'x.so', target: 'x.so' }] }),
    'wheels[thing].aliases',
    'x.so of x.so',
    'two shared libraries',
  ],
  [
    "an alias of another system's library",
    withWheel({ aliases: [{ alias: 'x.so', target: 'x.dll' }] }),
    'wheels[thing].aliases',
    'x.so of x.dll',
    'both .so or both .dll',
  ],
  ['a folder outside', { source: { folder: '/usr' } }, 'source.folder', '/usr', 'inside'],
  [
    'a source distribution without checksum',
    { source: { sdist: { distribution: 'a', version: '1', sha256: '' } } },
    'source.sdist.sha256',
    '',
    '64',
  ],
  ['no wheel', { wheels: [] }, 'wheels', [], 'at least one'],
  [
    'a wheel twice, spelled differently',
    { wheels: [wheel, { ...wheel, distribution: 'Thing' }] },
    'wheels',
    'thing',
    'once',
  ],
  ['a wheel without checks', withWheel({ checks: [] }), 'wheels[thing].checks', [], 'at least one check'],
  [
    'a check that does nothing',
    withWheel({ checks: [{ name: 'x' }] }),
    'wheels[thing].checks[x]',
    { name: 'x' },
    'exactly one',
  ],
  [
    'a check of inline Python, as it was declared once',
    withWheel({ checks: [{ name: 'x', python: ['import thing', 'assert thing'] }] }),
    'wheels[thing].checks[x].python',
    'import thing',
    'a Python file of the project, such as checks/round_trip.py',
  ],
  ...['../x.py', '/x.py', 'builtin:../x.py', 'a b.py', 'a\\b.py'].map((file): Mistake => [
    `the check's file ${file}`,
    withWheel({ checks: [{ name: 'x', python: [file, '--device'] }] }),
    'wheels[thing].checks[x].python',
    file,
    'a ',
  ]),
  [
    'a preflight outside',
    { preflight: { folder: '../x', wheel } },
    'preflight.folder',
    '../x',
    "inside the pipeline's folder",
  ],
  [
    'a check without time',
    withWheel({ checks: [{ name: 'x', imports: ['x'], timeout: 0 }] }),
    'wheels[thing].checks[x].timeout',
    0,
    'seconds',
  ],
  [
    'a text that the output of imports must have',
    withWheel({ checks: [{ name: 'x', imports: ['x'], expect: 'done' }] }),
    'wheels[thing].checks[x].expect',
    'done',
    'command or python',
  ],
  [
    'checks for one system of two',
    withWheel({ checks: [{ name: 'x', imports: ['x'], system: System.WINDOWS }] }),
    'wheels[thing].checks',
    'x (system: windows)',
    'at least one check on linux',
  ],
  ...['numpy>=2,<', 'numpy>>2', 'numpy>=', 'numpy ==', 'numpy(>=2', '-numpy', 'numpy @'].map((add): Mistake => [
    `the requirement ${add}`,
    withWheel({ requires: { add: [add] } }),
    'wheels[thing].requires.add',
    add,
    'PEP 508',
  ]),
  [
    "a caller's variable for the preflight",
    { preflight: { folder: 'x', wheel: { ...wheel, environment: { PATH: '/x' } } } },
    'preflight.wheel.environment',
    'PATH',
    'of your own',
  ],
  [
    "a caller's variable for a variant's wheel",
    {
      variants: [
        { name: 'gpu', suffix: 'gpu', wheels: [{ distribution: 'thing', environment: { SOURCE_DATE_EPOCH: '1' } }] },
      ],
    },
    'variants[gpu].wheels[thing].environment',
    'SOURCE_DATE_EPOCH',
    'of your own',
  ],
  [
    'an exclude without .so',
    withWheel({ excludes: { linux: ['libtvm_ffi'] } }),
    'wheels[thing].excludes.linux',
    'libtvm_ffi',
    '.so',
  ],
  [
    'an exclude without .dll',
    withWheel({ excludes: { windows: ['vulkan-1'] } }),
    'wheels[thing].excludes.windows',
    'vulkan-1',
    '.dll',
  ],
  [
    'a test requirement that floats',
    withWheel({ testRequirements: ['numpy>=2'] }),
    'wheels[thing].testRequirements',
    'numpy>=2',
    'pinned',
  ],
  [
    'a pin on a wheel that is built later',
    withWheel({ requires: { pin: ['tvm'] } }),
    'wheels[thing].requires.pin',
    'tvm',
    'before',
  ],
  [
    'a CMake variable with a space',
    withWheel({ cmake: { all: { 'USE X': 'ON' } } }),
    'wheels[thing].cmake.all',
    'USE X',
    'CMake',
  ],
  [
    'a platform twice',
    { platforms: [Platform.LINUX_X86_64, Platform.LINUX_X86_64] },
    'platforms',
    'linux-x86_64',
    'once',
  ],
  ['a platform that is none', { platforms: ['mac' as Platform] }, 'platforms', 'mac', 'linux-x86_64'],
  ['no platform', { platforms: [] }, 'platforms', [], 'at least one'],
  ['an environment-variable name that is none', { environment: { 'MY-VAR': '1' } }, 'environment', 'MY-VAR', 'name'],
  ['an image with a tag', { image: { name: 'ghcr.io/a/b:1' } }, 'image.name', 'ghcr.io/a/b:1', 'without tag'],
  [
    'an image with two dots',
    { image: { name: 'ghcr.io/a/b..c' } },
    'image.name',
    'ghcr.io/a/b..c',
    'ghcr.io/owner/name',
  ],
  ['a repository with .git', { repository: 'a/b.git' }, 'repository', 'a/b.git', 'owner/name'],
  ['a repository that is a folder', { repository: 'a/..' }, 'repository', 'a/..', 'owner/name'],
  [
    'a repository whose name is none of an image',
    { repository: 'Acme/_Wheels' },
    'image.name',
    undefined,
    "image.name is required: the default, ghcr.io/acme/_wheels, is no image's name",
  ],
  [
    'an image in the namespace of another owner',
    { repository: 'acme/wheels', image: { name: 'ghcr.io/other/wheels' } },
    'image.name',
    'ghcr.io/other/wheels',
    'in ghcr.io/acme/…, where docker.yml may push; or leave docker out of workflows, and set image.digest',
  ],
  [
    'a base image without digest',
    { toolchain: { baseImage: 'debian:12' } },
    'toolchain.baseImage',
    'debian:12',
    'digest',
  ],
  [
    'a package twice',
    { toolchain: { packages: [{ name: 'rust' }, { name: 'rust' }] } },
    'toolchain.packages',
    'rust',
    'once',
  ],
  [
    'a package without a known version',
    { toolchain: { packages: [{ name: 'boost' }] } },
    'toolchain.packages[boost].version',
    undefined,
    'given',
  ],
  [
    'a package for a system that is none',
    { toolchain: { packages: [{ name: 'rust', system: 'win' as System }] } },
    'toolchain.packages[rust].system',
    'win',
    'windows',
  ],
  ['a timeout over what GitHub gives', { linux: { timeoutMinutes: 500 } }, 'linux.timeoutMinutes', 500, '360'],
  [
    'a release without a platform',
    { workflows: [WorkflowName.LINUX, WorkflowName.RELEASE] },
    'workflows',
    ['linux', 'release'],
    'windows',
  ],
  [
    'an image that nothing proves',
    { workflows: [WorkflowName.LINUX] },
    'image.digest',
    undefined,
    'image.digest is required: set it to "sha256:<64 digits>", or add docker to workflows',
  ],
  [
    'an image that has another tag, and no digest',
    { workflows: [WorkflowName.LINUX], image: { digest: 'latest' } },
    'image.digest',
    'latest',
    'sha256:<64 digits>',
  ],
  ['a published image with a digest', { image: { digest: DIGEST } }, 'image.digest', DIGEST, 'docker.yml publishes'],
  [
    "a variant's image that nothing proves",
    {
      workflows: [WorkflowName.LINUX],
      image: { digest: DIGEST },
      variants: [{ name: 'gpu', suffix: 'gpu', wheels: [{ distribution: 'thing' }] }],
    },
    'variants[gpu].imageDigest',
    undefined,
    'variants[gpu].imageDigest is required',
  ],
  [
    'a workflow that no platform calls for',
    { platforms: [Platform.LINUX_X86_64], workflows: [WorkflowName.WINDOWS] },
    'workflows',
    'windows',
    'linux',
  ],
];

test.each([
  'psutil',
  'numpy>=2,<3',
  'numpy >= 2, < 3',
  'numpy (>=2)',
  'a.b-c_d[x, y]~=1.0',
  "pywin32===1!2.0+local; sys_platform == 'win32'",
  'thing @ https://example.com/thing-1.0.whl ; python_version > "3"',
  'numpy==2.*',
])('a wheel can require %s', (add) => {
  const [build] = resolvePlan({ ...valid, ...withWheel({ requires: { add: [add] } }) }).builds;
  expect(build.wheels[0].requires.add).toEqual([add]);
});

test.each(mistakes)('%s is one clear error', (_, changes, option, value, advice) => {
  let error: unknown;
  try {
    resolvePlan({ ...valid, ...changes });
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(SpecError);
  const { option: named, value: given, message } = error as SpecError;
  expect({ named, given }).toEqual({ named: option, given: value });
  expect(message).toContain(advice);
});
