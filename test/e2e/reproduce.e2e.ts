/** Building twice, on this very machine: a small native package that gives the same bytes, and one that does not. */
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Project } from 'projen';
import { baseGlibc } from './support/base-image';
import { pythonTools } from './support/machine';
import { run, RunResult } from './support/process';
import { REPOSITORY } from './support/repository';
import { Platform, WheelPipeline } from '../../src';
import { buildRequirements } from '../../src/scripts/plan';
import { resolvePipeline } from '../../src/spec/pipeline';
import type { PipelineOptions } from '../../src/spec/pipeline';

/** A lock file stands in for any: the package's build reads it, and its second library repeats the first. */
const DECLARATION: PipelineOptions = {
  repository: 'owner/release-demo',
  source: { folder: 'package', overlay: { 'answer.lock': '41\n' } },
  platforms: [Platform.LINUX_X86_64],
  wheels: [
    {
      distribution: 'release-demo',
      aliases: [{ alias: 'release_demo/libother.so', of: 'release_demo/libdemo.so' }],
      checks: [
        {
          name: 'both names answer',
          python: [
            'import ctypes, pathlib, release_demo',
            'folder = pathlib.Path(release_demo.__file__).parent',
            'for name in ("demo", "other"):',
            '    assert ctypes.CDLL(str(folder / f"lib{name}.so")).answer(1) == 42',
          ],
        },
      ],
    },
  ],
};

const CMAKE = `
file(STRINGS answer.lock ANSWER)
add_library(other SHARED demo.c)
foreach(LIBRARY demo other)
  target_compile_definitions(\${LIBRARY} PRIVATE ANSWER=\${ANSWER})
endforeach()
install(TARGETS other LIBRARY DESTINATION release_demo)
`;

/** What a build can leave in a wheel: another number each time. */
const RANDOM = `
string(RANDOM LENGTH 16 NUMBER)
file(WRITE \${CMAKE_CURRENT_BINARY_DIR}/number.txt \${NUMBER})
install(FILES \${CMAKE_CURRENT_BINARY_DIR}/number.txt DESTINATION release_demo)
`;

let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  const bin = await pythonTools('build-tools', buildRequirements(resolvePipeline(DECLARATION)));
  env = { PATH: `${bin}:${process.env.PATH}`, AUDITWHEEL_PLAT: `${await baseGlibc()}_x86_64` };
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reproduce-e2e-'));
  declare(DECLARATION);
  cpSync(join(REPOSITORY, 'test/e2e/release-package'), join(folder, 'package'), { recursive: true });
  appendFileSync(join(folder, 'package/CMakeLists.txt'), CMAKE);
  writeFileSync(join(folder, 'package/demo.c'), 'int answer(int question) { return question + ANSWER; }\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function declare(options: PipelineOptions): void {
  const project = new Project({ name: 'release-demo', outdir: folder });
  new WheelPipeline(project, options);
  project.synth();
}

const script = (name: string): Promise<RunResult> => run(['bash', `scripts/${name}.sh`], { cwd: folder, env });

test('the same source gives the same bytes, with what is laid over it, and its code is shipped once', async () => {
  const { status, stdout } = await script('reproduce');
  expect([status, stdout]).toEqual([0, expect.stringMatching(/release_demo-\S+\.whl: the same \d+ bytes/)]);
  expect(stdout).toContain('that load libdemo.so, which exports the same');
  expect((await script('build')).status).toBe(0);
  const tested = await script('test');
  expect([tested.status, tested.stdout]).toEqual([0, expect.stringContaining('PASS both names answer')]);
});

test('a wheel that is kept is taken again, at another version too, until its source changes', async () => {
  const { wheels, ...rest } = DECLARATION;
  declare({ ...rest, wheels: wheels.map((wheel) => ({ ...wheel, reuse: true })) });
  const build = async (version: string): Promise<string> => {
    const built = await run(['bash', 'scripts/build.sh'], { cwd: folder, env: { ...env, WHEEL_VERSION: version } });
    expect([built.status, built.stderr]).toEqual([0, expect.anything()]);
    return built.stdout;
  };
  expect(await build('1.0')).toContain('no wheel of release-demo is kept');
  const again = await build('1.1');
  expect(again).toContain('it is taken, not built');
  expect(again).not.toContain('pip wheel');
  const record = JSON.parse(readFileSync(join(folder, 'dist/linux-x86_64/build-record.json'), 'utf8'));
  expect(record.amendments[0]).toMatchObject({
    distribution: 'release-demo',
    reused: expect.stringMatching(/^.{64}$/),
  });
  expect(record.version).toBe('1.1');
  expect((await script('test')).status).toBe(0);
  const dryRun = await run(['python3', 'scripts/releasetool.py', 'verify', 'dist', '--version=1.1'], {
    cwd: folder,
    env,
  });
  expect([dryRun.status, dryRun.stderr]).toEqual([1, expect.stringContaining('kept from an earlier build')]);
  appendFileSync(join(folder, 'package/demo.c'), '/* changed */\n');
  expect(await build('1.2')).toContain('was made of another project.files');
});

test('a file that differs from build to build is named, with the bytes', async () => {
  appendFileSync(join(folder, 'package/CMakeLists.txt'), RANDOM);
  const { status, stdout } = await script('reproduce');
  expect([status, stdout]).toEqual([1, expect.stringMatching(/release_demo\/number\.txt: \d+ bytes differ, first at/)]);
  expect(readFileSync(join(folder, 'build/logs/reproduce.log'), 'utf8')).toContain('number.txt');
});
