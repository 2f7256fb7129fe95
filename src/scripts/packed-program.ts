/** The Python program as one file, which repositories get. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FileBase } from 'projen/lib/file';
import { Project } from 'projen/lib/project';

/** The file of the installed package; `npx projen pack` makes it. */
export const PACKED = resolve(__dirname, '../../lib/wheel_pipeline.pyz');

/**
 * Writes the packed program into a project: read-only, committed, marked as binary and generated.
 *
 * projen's own files are text; this one is a zip.
 */
export class PackedProgram extends FileBase {
  /**
   * @param project the project that gets the file
   * @param path where it lies, from the project's root
   */
  constructor(project: Project, path: string) {
    super(project, path, { marker: false });
    project.gitattributes.addAttributes(`/${path}`, 'binary', 'linguist-generated');
  }

  public preSynthesize(): void {
    super.preSynthesize();
    if (!existsSync(PACKED)) throw new Error(`${PACKED} is missing: install mlc-llm-pipeline again`);
  }

  public synthesize(): void {
    const path = join(this.project.outdir, this.path);
    const wanted = readFileSync(PACKED);
    if (existsSync(path) && readFileSync(path).equals(wanted)) return;
    rmSync(path, { force: true });
    writeFileSync(path, wanted, { mode: 0o444 });
  }

  /** The file is no text. */
  protected synthesizeContent(): undefined {
    return undefined;
  }
}
