/**
 * A public version as PEP 440's appendix B defines it, without local part: what a release tag may name.
 *
 * @see https://packaging.python.org/en/latest/specifications/version-specifiers/
 */
export const PUBLIC_VERSION =
  /^(\d+!)?\d+(\.\d+)*([-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*)?(-\d+|[-_.]?(post|rev|r)[-_.]?\d*)?([-_.]?dev[-_.]?\d*)?$/i;

/** A tag that names a version: the same, with or without a leading v. */
export const TAG = new RegExp(PUBLIC_VERSION.source.replace('^', '^v?'), 'i');

/** Whether a text is a PEP 440 public version, such as `0.1.0` or `0.2.0rc1`. */
export function isPublicVersion(version: string): boolean {
  return PUBLIC_VERSION.test(version);
}

/** The version that a tag names (`v0.20.0` is 0.20.0), or undefined where it names none. */
export function versionOfTag(tag: string): string | undefined {
  const version = tag.replace(/^v/, '');
  return isPublicVersion(version) ? version : undefined;
}
