/** Changes of checks and of the preflight start the workflows. */
import { System, WheelCheck } from '../../src';
import { WorkflowContext } from '../../src/constructs/workflows/context';
import { wheelPaths } from '../../src/constructs/workflows/inputs';
import { projectGlobs } from '../../src/plan/project-files';
import { plan } from '../small';

const checks: WheelCheck[] = [
  { name: 'a', python: ['checks/a.py'] },
  { name: 'b', python: ['checks/b.py', '--device', 'cpu'] },
  { name: 'root', python: ['root.py'] },
  { name: 'builtin', python: ['builtin:mlc-llm/checks/generate.py'] },
  { name: 'there', python: ['windows/checks/c.py'], system: System.WINDOWS },
  { name: 'command', command: ['checks/d.py'] },
];
const preflight = { folder: 'tools/preflight', system: System.LINUX, wheel: { distribution: 'trial', checks } };

test.each([
  ['linux', ['checks/**', 'root.py', '_*.py', 'tools/preflight/**']],
  ['windows', ['checks/**', 'root.py', '_*.py', 'windows/checks/**']],
] as const)('on %s', (system, globs) => {
  const declared = plan({ wheels: [{ distribution: 'thing', checks }], preflight });
  expect(projectGlobs(declared, system)).toEqual(globs);
  expect(wheelPaths(new WorkflowContext(declared), system)).toEqual(
    expect.arrayContaining([...globs, 'scripts/**', 'thing/**']),
  );
});

test("this library's own files add no globs, and the whole project is one glob", () => {
  expect(projectGlobs(plan({ preflight: { ...preflight, folder: 'builtin:mlc-llm/preflight' } }), 'windows')).toEqual(
    [],
  );
  expect(projectGlobs(plan({ preflight: { ...preflight, folder: '.' } }), 'linux')).toContain('**');
});
