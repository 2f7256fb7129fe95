import type { IConstruct } from 'constructs';
import { FileBaseOptions, IResolver } from 'projen/lib/file';
import { TextFile } from 'projen/lib/textfile';

/** Options of a synthesized file. */
export type SynthesizedFileOptions = Pick<FileBaseOptions, 'executable' | 'readonly' | 'editGitignore'>;

/** A synthesized text file: read-only, committed, the same bytes for the same declaration. Added lines stand at its end. */
export class SynthesizedFile extends TextFile {
  /**
   * @param scope the construct that owns the file
   * @param path from the project's root
   * @param content text, or a function that renders it at synthesis
   */
  constructor(
    scope: IConstruct,
    path: string,
    private readonly content: string | (() => string),
    options: SynthesizedFileOptions = {},
  ) {
    super(scope, path, { ...options, marker: false });
  }

  protected synthesizeContent(resolver: IResolver): string {
    const { content } = this;
    const text = typeof content === 'function' ? content() : content;
    const added = super.synthesizeContent(resolver);
    return added ? `${text}${added}\n` : text;
  }
}

/** The text of lines. */
export function textOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

/** Lines as comments of a format that starts them with `#`. */
export function commented(lines: readonly string[]): string[] {
  return lines.map((line) => `# ${line}`.trimEnd());
}
