/** Names in prose, and names where only some characters are allowed. */

/** Names of the systems in prose. */
export const SYSTEM_TITLES = { linux: 'Linux', windows: 'Windows' } as const;

/** A name where only letters, digits, dashes and underscores are allowed, such as a job's id. */
export function identifier(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_');
}

/** A name as that of a variable: upper-case letters, digits and underscores. */
export function variableName(name: string): string {
  return identifier(name).replace(/-/g, '_').toUpperCase();
}
