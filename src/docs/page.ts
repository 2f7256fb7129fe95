/** A page of `docs/`, in Markdown. */
export interface Page {
  readonly path: string;
  readonly lines: readonly string[];
}

/** A page with the comment that says where it comes from. */
export function page(name: string, title: string, ...lines: string[]): Page {
  const source = `<!-- Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/docs/${name}.ts). Do not edit it here. -->`;
  return { path: `docs/${name}.md`, lines: [`# ${title}`, '', source, '', ...collapse(lines)] };
}

/** A table; what Markdown would take for its own in a cell (a vertical bar, a word in angle brackets) is escaped. */
export function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/\||<(?=\w+>)/g, '\\$&')).join(' | ')} |`;
  return ['', line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

/** A block of commands for bash. */
export function commands(...lines: string[]): string[] {
  return ['', '```bash', ...lines, '```', ''];
}

/** A block of commands for PowerShell. */
export function powerShellCommands(...lines: string[]): string[] {
  return ['', '```powershell', ...lines, '```', ''];
}

/** No two blank lines in a row, none at the end. */
function collapse(lines: readonly string[]): string[] {
  const kept = lines.filter((line, index) => line !== '' || (lines[index - 1] ?? '') !== '');
  while (kept[kept.length - 1] === '') kept.pop();
  return kept;
}
