/** The packed Python program of a generated repository. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { IConstruct } from 'constructs';
import { FileBase } from 'projen/lib/file';

/** The file in the installed package; `npx projen pack` builds it. */
export const PACKED = resolve(__dirname, '../../../lib/wheel_pipeline.pyz');

/**
 * The packed program in a project: read-only, committed, marked as binary and generated.
 *
 * projen's file classes write text only; this file is a zip.
 */
export class PackedProgram extends FileBase {
  /**
   * @param scope the construct that owns the file
   * @param path where it lies, from the project's root
   */
  constructor(scope: IConstruct, path: string) {
    super(scope, path, { marker: false });
    this.project.gitattributes.addAttributes(`/${path}`, 'binary', 'linguist-generated');
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

  /** Return no text: the file is binary. */
  protected synthesizeContent(): undefined {
    return undefined;
  }
}
