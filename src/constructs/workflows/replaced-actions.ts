/** Actions that `project.github.actions.set` replaces, in projen's own way. */
import { GitHub } from 'projen/lib/github/github';
import type { Project } from 'projen/lib/project';

/** A reference to an action by a full commit, and the version that people read, if any. */
const BY_COMMIT = /^[\w.-]+(?:\/[\w.-]+)+@[0-9a-f]{40}(?: # \S+)?$/;

/**
 * Return the reference that replaces an action; undefined if nothing does. Throws if it is no full commit, as a tag or a
 * branch can move.
 *
 * @param project the repository's root
 * @param uses the action at its pin: `actions/x@<commit> # v1`
 */
export function replacement({ root }: Project, uses: string): string | undefined {
  const [reference, version] = uses.split(' # ');
  const [action] = reference.split('@');
  const key = version ? `${action}@${version}` : reference;
  const found = GitHub.of(root)?.actions.get(key) ?? key;
  if (found === key) return undefined;
  if (!BY_COMMIT.test(found)) {
    throw new Error(
      `project.github.actions sets ${action} to "${found}", which is no full commit: ` +
        `set it to "${found.split('@')[0]}@<40 hexadecimal digits> # <version>"`,
    );
  }
  return found;
}
