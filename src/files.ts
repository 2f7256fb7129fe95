import { FileBase, FileBaseOptions } from 'projen/lib/file';
import { Project } from 'projen/lib/project';

/** How a synthesized file is written. */
export type SynthesizedFileOptions = Pick<FileBaseOptions, 'executable' | 'readonly' | 'editGitignore'>;

/** A synthesized text file: read-only, committed, the same bytes for the same declaration. */
export class SynthesizedFile extends FileBase {
  private readonly text: string;

  constructor(
    project: Project,
    path: string,
    content: string | readonly string[],
    options: SynthesizedFileOptions = {},
  ) {
    super(project, path, { ...options, marker: false });
    this.text = typeof content === 'string' ? content : `${content.join('\n')}\n`;
  }

  protected synthesizeContent(): string {
    return this.text;
  }
}
