import type { WheelPipelineOptions } from '../../src';
import { FOLDERS } from '../../src/contract/tables';
import { mlcLlm } from '../../src/mlc-llm/declaration';
import { MlcLlmVariant, mlcLlmVariant } from '../../src/mlc-llm/variants';
import { inputs as inputsOf } from '../../src/plan/inputs';
import { resolvePlan } from '../../src/plan/resolve';

const MLC_LLM: WheelPipelineOptions = { ...mlcLlm(), repository: 'owner/name' };
const inputs = inputsOf(resolvePlan(MLC_LLM).builds);

test('every input is declared once, and in one word for each of its ways', () => {
  for (const words of [inputs.map(({ name }) => name), inputs.flatMap(({ variable }) => variable ?? [])]) {
    expect(words).toEqual([...new Set(words)]);
  }
});

test('the environment variables of before are all there', () => {
  expect(inputs.map(({ variable }) => variable).filter(Boolean)).toEqual([
    'SOURCE_DIR',
    'WHEEL_VERSION',
    'OUTPUT_DIR',
    'BUILD_DIR',
    'JOBS',
    'AUDITWHEEL_PLAT',
    'TEST_PYTHON',
    'SCCACHE_DIR',
    'WHEEL_CACHE_DIR',
    'SOURCE_DATE_EPOCH',
    'TOOLCHAIN_IMAGE',
    'WHEEL_VARIANT',
  ]);
});

test.each(inputs.map((input) => [input.name, input] as const))(
  '--%s has words, and a default that can be read',
  (_, input) => {
    expect(input.help).toMatch(/\.$/);
    expect(input.defaultHelp).not.toMatch(/\.$|[{}]/);
    const folders = Object.keys({ ...FOLDERS, ...FOLDERS.inBuild });
    const earlier = inputs.slice(0, inputs.indexOf(input)).map(({ name }) => name);
    const places = [...(input.default ?? '').matchAll(/\{([^}]*)\}/g)].map(([, place]) => place);
    places.forEach((place) => expect(['root', 'platform', 'processors', ...folders, ...earlier]).toContain(place));
  },
);

test('what is declared stands in the words of the help', () => {
  const variants = Object.values(MlcLlmVariant).map(mlcLlmVariant);
  const help = (name: string, of = inputs) => of.find((input) => input.name === name)!;
  expect(help('wheel-cache-dir').help).toContain('(tvm)');
  expect(help('platform-tag').defaultHelp).toBe('the declared one: manylinux_2_28_x86_64');
  expect(help('variant').help).toContain('none is declared');
  expect(help('variant', inputsOf(resolvePlan({ ...MLC_LLM, variants }).builds)).help).toContain(
    'cuda-12.8, cuda-13.0, rocm-6.2',
  );
});
