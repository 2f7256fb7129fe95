import { FileBase, Project } from 'projen';

/** How a synthesized file is written. */
export interface SynthesizedFileOptions {
  readonly executable?: boolean;
  readonly readonly?: boolean;
}

/** A synthesized text file: read-only, committed, the same bytes for the same declaration. */
export class SynthesizedFile extends FileBase {
  private readonly lines: readonly string[];

  constructor(project: Project, path: string, lines: readonly string[], options: SynthesizedFileOptions = {}) {
    super(project, path, { ...options, marker: false });
    this.lines = lines;
    project.annotateGenerated(`/${path}`);
  }

  protected synthesizeContent(): string {
    return `${this.lines.join('\n')}\n`;
  }
}
