/** The fault suite covers every message of its list. */
import { FaultCase, title } from './e2e/faults/case';
import { DECLARED } from './e2e/faults/declaration';
import { CACHES, FOLDERS } from './e2e/faults/folders';
import { MESSAGES } from './e2e/faults/messages';
import { RELEASE } from './e2e/faults/release';
import { GIT, INDEX, TOOLS } from './e2e/faults/tools';
import { WHEELS } from './e2e/faults/wheels';

const CASES: ReadonlyArray<FaultCase<any>> = [FOLDERS, CACHES, WHEELS, TOOLS, GIT, INDEX, RELEASE, DECLARED].flat();
const LISTED = Object.values(MESSAGES).flatMap((messages) => Object.entries(messages));

test('every class has cases, and titles of cases are unique', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(120);
  const classes = CASES.map((each) => title(each).split(':')[0]);
  expect([...new Set(classes)].sort()).toEqual(Object.keys(MESSAGES).sort());
  const titles = CASES.map(title);
  expect(titles.filter((each, index) => titles.indexOf(each) !== index)).toEqual([]);
});

test('every message has a case', () => {
  const broken = new Set(CASES.map(({ fault }) => fault));
  expect(LISTED.map(([id]) => id).filter((id) => !broken.has(id))).toEqual([]);
  expect(new Set(LISTED.map(([id]) => id)).size).toBe(LISTED.length);
});

test('every case states the remaining files, and every message has fixed parts', () => {
  for (const { after } of CASES) expect(after).toMatch(/\w{2,} \w{2,}|it is/);
  for (const [, message] of LISTED) expect(message.replace(/…/g, '').trim().length).toBeGreaterThan(5);
});
