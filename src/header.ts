/** The words at the top of every synthesized file. */

/** Says where a file comes from and what to do instead of editing it. */
export function header(purpose: string, source: string): string[] {
  return [
    purpose,
    '',
    `Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/${source}). Do not edit it here:`,
    'change the declaration and run `npx projen`.',
  ];
}
