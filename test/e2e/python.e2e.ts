/** All unit tests of the Python program, the slow ones included. */
import { check } from './support/process';
import { REPOSITORY } from './support/repository';
import { findPython } from '../../projenrc/python';

test('does what its tests say', async () => {
  expect(findPython()).toBeTruthy();
  await check(['npx', 'tsx', 'projenrc/python.ts', 'pytest'], { cwd: REPOSITORY });
});
