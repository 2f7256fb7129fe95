/** Files that a declaration refers to: a missing one is an error before anything is written. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { at, SMALL, synthesize } from './small';
import type { WheelCheck, WheelPipelineOptions } from '../src';

const [first, second] = SMALL.wheels;
const checkedBy = (file: string): Partial<WheelPipelineOptions> => {
  const check: WheelCheck = { name: 'round trip', python: [file, '--device', 'cpu'] };
  return { wheels: [first, { ...second, checks: [check] }] };
};
const triedOn = (folder: string, file = 'builtin:mlc-llm/checks/preflight.py'): Partial<WheelPipelineOptions> => ({
  preflight: { folder, wheel: { distribution: 'trial', checks: [{ name: 'loads', python: [file] }] } },
});

function write(path: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), '');
}

beforeEach(() => ['checks/round_trip.py', 'tools/preflight/pyproject.toml', 'deep/checks/own.py'].forEach(write));

test.each([
  ["the project's", checkedBy('checks/round_trip.py')],
  ["the library's", checkedBy('builtin:mlc-llm/checks/generate.py')],
  ["a preflight's", triedOn('tools/preflight')],
  ["the library's preflight", triedOn('builtin:mlc-llm/preflight')],
  ["those of a pipeline with a prefix, from that pipeline's folder", { ...checkedBy('checks/own.py'), prefix: 'deep' }],
])('%s are found', (_, changes) => {
  expect(() => synthesize(changes)).not.toThrow();
});

const CREATE = 'of the project: create it, or correct the path';
const CORRECT = 'of this library: correct the name';

test.each([
  [checkedBy('checks/gone.py'), `wheels[second].checks[round trip].python: "checks/gone.py" must be a file ${CREATE}`],
  [checkedBy('tools/preflight/pyproject.toml/x.py'), 'must be a file'],
  [
    checkedBy('builtin:mlc-llm/checks/gone.py'),
    `wheels[second].checks[round trip].python: "builtin:mlc-llm/checks/gone.py" must be a file ${CORRECT}`,
  ],
  [
    { ...checkedBy('checks/round_trip.py'), prefix: 'deep' },
    `wheels[second].checks[round trip].python: "checks/round_trip.py" must be a file ${CREATE}`,
  ],
  [
    { variants: [{ name: 'gpu', suffix: 'gpu', wheels: checkedBy('checks/gone.py').wheels!.slice(1) }] },
    'variants[gpu].wheels[second].checks[round trip].python: "checks/gone.py" must be',
  ],
  [triedOn('tools'), undefined],
  [triedOn('preflight'), `preflight.folder: "preflight" must be a folder ${CREATE}`],
  [triedOn('checks/round_trip.py'), 'preflight.folder: "checks/round_trip.py" must be a folder'],
  [triedOn('builtin:mlc-llm/gone'), `preflight.folder: "builtin:mlc-llm/gone" must be a folder ${CORRECT}`],
  [triedOn('tools', 'gone.py'), 'preflight.wheel.checks[loads].python: "gone.py" must be'],
])('%j', (changes, message) => {
  if (message === undefined) return synthesize(changes);
  expect(() => synthesize(changes)).toThrow(message);
  expect(existsSync(at('scripts'))).toBe(false);
});
