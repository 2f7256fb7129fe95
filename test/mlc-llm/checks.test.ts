/** MLC-LLM's checks: Python files of this library. Each is used, and no plan contains their text. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MlcLlmVariant } from '../../src';
import { mlcLlmPipeline } from '../../src/mlc-llm/options';
import type { Plan } from '../../src/plan/plan';
import { resolvePlan } from '../../src/plan/resolve';

const FOLDER = join(__dirname, '../../src/mlc-llm/checks');
const plan: Plan = resolvePlan(
  mlcLlmPipeline({ variants: Object.values(MlcLlmVariant) }, { repository: 'owner/name', defaultBranch: 'main' }),
);
const checks = plan.builds.flatMap(({ wheels, preflight }) =>
  [...wheels, ...(preflight ? [preflight.wheel] : [])].flatMap((wheel) => wheel.checks),
);
const named = (name: string) => checks.find((check) => check.name === name)!;

test('every file is one of a check or a helper, and every check has its file', () => {
  const used = checks.flatMap(({ python }) => python?.slice(0, 1) ?? []);
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.py') && !name.startsWith('_'));
  expect([...new Set(used)].sort()).toEqual(files.map((name) => `builtin:mlc-llm/checks/${name}`).sort());
});

test('a variant uses the same files with other arguments', () => {
  const file = (name: string) => `builtin:mlc-llm/checks/${name}.py`;
  expect(named('a model compiled for CUDA generates')).toMatchObject({
    python: [file('generate'), '--device', 'cuda', '--quantization', 'q0f16', '--dtype', 'float16'],
    system: 'linux',
    timeout: 300,
  });
  expect(named('a model compiled for the CPU generates').python!.slice(1)).toEqual([
    '--device',
    'cpu',
    '--quantization',
    'q0f32',
    '--dtype',
    'float32',
  ]);
  for (const [title, device] of Object.entries({ Vulkan: 'vulkan', CUDA: 'cuda', ROCm: 'rocm' })) {
    expect(named(`a buffer copy on the ${title} device`).python).toEqual([file('buffer_copy'), device]);
  }
});

test('the plan contains no text of a check or of the preflight', () => {
  const text = JSON.stringify(plan);
  const lines = [...readdirSync(FOLDER).map((name) => join(FOLDER, name)), join(FOLDER, '../preflight/preflight.cc')]
    .filter((path) => /\.(py|cc)$/.test(path))
    .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
    .filter((line) => line.length > 30);
  expect(lines.length).toBeGreaterThan(100);
  expect(lines.filter((line) => text.includes(JSON.stringify(line).slice(1, -1)))).toEqual([]);
});
