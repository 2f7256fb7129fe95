/** A newcomer's first wheel: the demo, on this very machine, without Docker. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { check } from './support/process';
import { REPOSITORY, SYNTHESIZED } from './support/repository';
import { findPython } from '../../projenrc/python';

test('ends with a wheel that is built, repaired and tested', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'demo-e2e-'));
  try {
    const [, example] = SYNTHESIZED;
    for (const path of [...example.files, 'checks']) {
      cpSync(join(example.folder, path), join(folder, 'build/examples/tvm-ffi', path), { recursive: true });
    }
    cpSync(join(REPOSITORY, 'projenrc/demo.sh'), join(folder, 'projenrc/demo.sh'));
    const { stdout } = await check(['bash', 'projenrc/demo.sh'], { cwd: folder, env: { PYTHON: findPython() } });
    expect(stdout).toContain('PASS round trip through native code');
    const files = readdirSync(join(folder, 'build/examples/tvm-ffi/dist/linux-x86_64'));
    expect(files).toEqual([expect.stringMatching(/manylinux.*\.whl$/), 'SHA256SUMS', 'build-record.json'].sort());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
