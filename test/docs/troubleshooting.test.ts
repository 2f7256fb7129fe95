/** The page of troubleshooting shows what the suite of faults has broken, and nothing else. */
import { AREAS, FAULTS } from '../../src/docs/faults';
import { FaultCase, title } from '../e2e/faults/case';
import { DECLARED } from '../e2e/faults/declaration';
import { CACHES, FOLDERS } from '../e2e/faults/folders';
import { RELEASE } from '../e2e/faults/release';
import { GIT, INDEX, TOOLS } from '../e2e/faults/tools';
import { WHEELS } from '../e2e/faults/wheels';

const CASES: ReadonlyArray<FaultCase<any>> = [FOLDERS, CACHES, WHEELS, TOOLS, GIT, INDEX, RELEASE, DECLARED].flat();

test('there are cases of every class, each with a name of its own', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(120);
  const classes = CASES.map((each) => Number(title(each).split(':')[0]));
  expect([...new Set(classes)].sort((a, b) => a - b)).toEqual(Object.keys(AREAS).map(Number));
  const titles = CASES.map(title);
  expect(titles.filter((each, index) => titles.indexOf(each) !== index)).toEqual([]);
});

test('every fault that the page lists is broken by a case', () => {
  const broken = new Set(CASES.map(({ fault }) => fault));
  expect(FAULTS.filter(({ id }) => !broken.has(id)).map(({ id }) => id)).toEqual([]);
  expect(new Set(FAULTS.map(({ id }) => id)).size).toBe(FAULTS.length);
});

test('every case says what is there afterwards, and each fault what to do', () => {
  for (const { after } of CASES) expect(after).toMatch(/\w{2,} \w{2,}|it is/);
  for (const { message, advice } of FAULTS) {
    expect(message.replace(/…/g, '').trim().length).toBeGreaterThan(5);
    expect(advice.length).toBeGreaterThan(5);
  }
});
