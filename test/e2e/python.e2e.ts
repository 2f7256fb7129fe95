/** All unit tests of the Python program, including the slow ones. */
import { check } from './support/process';
import { REPOSITORY } from './support/repository';
import { findPython } from '../../projenrc/python';

test('passes its unit tests', async () => {
  expect(findPython()).toBeTruthy();
  await check(['npx', 'tsx', 'projenrc/python.ts', 'pytest'], { cwd: REPOSITORY });
});
