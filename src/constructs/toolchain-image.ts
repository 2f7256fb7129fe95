import { Component } from 'projen/lib/component';
import type { TextFile } from 'projen/lib/textfile';
import { commented, SynthesizedFile, textOf } from '../files';
import { header } from '../header';
import type { WheelPipeline } from '../pipeline';
import { dockerfile, dockerignore } from './image/dockerfile';
import { environment } from './image/environment';
import type { PlannedBuild } from '../plan/plan';
import { buildsOn } from '../plan/select';
import { pythonPackageRequirements } from './scripts/requirements';

/**
 * The files that define the build environment: the toolchain image on Linux, and the Conda environment on every system.
 * In each list, the pipeline's own build comes first, then the variants.
 */
export class ToolchainImage extends Component {
  /** The Dockerfiles; empty without Linux. */
  public readonly dockerfiles: TextFile[];

  /** The Conda environments. */
  public readonly environments: TextFile[];

  /** The requirements that pip adds to the Conda environments; a build without any has no file. */
  public readonly requirements: TextFile[];

  /** The `.dockerignore`; undefined without Linux. */
  public readonly dockerignore?: TextFile;

  /** @param pipeline the pipeline whose wheels are built in the image */
  constructor(private readonly pipeline: WheelPipeline) {
    super(pipeline, 'image');
    const plan = pipeline._plan;
    const [dockerfiles, environments, requirements]: TextFile[][] = [[], [], []];
    for (const build of plan.builds) {
      if (build.systems.includes('linux')) dockerfiles.push(this.dockerfile(build));
      environments.push(this.environment(build));
      if (build.pythonPackagesFile !== null) requirements.push(this.pythonPackages(build, build.pythonPackagesFile));
    }
    this.dockerfiles = dockerfiles;
    this.environments = environments;
    this.requirements = requirements;
    if (buildsOn(plan, 'linux').length > 0) {
      this.dockerignore = this.file('.dockerignore', dockerignore(plan));
    }
  }

  private file(path: string, lines: readonly string[]): TextFile {
    return new SynthesizedFile(this, this.pipeline._path(path), textOf(lines));
  }

  private dockerfile(build: PlannedBuild): TextFile {
    const top = header(`The toolchain image of ${build.name}.`, 'constructs/image/dockerfile.ts');
    return this.file(build.dockerfile, dockerfile(this.pipeline._plan, build, top));
  }

  private environment(build: PlannedBuild): TextFile {
    const top = header(`The Conda environment that builds ${build.name}.`, 'constructs/image/environment.ts');
    return this.file(build.conda.file, environment(build, top));
  }

  private pythonPackages(build: PlannedBuild, path: string): TextFile {
    const purpose = `What pip adds to the Conda environment of ${build.name}: pip install --require-hashes --no-deps`;
    const top = header(purpose, 'constructs/scripts/requirements.ts');
    return this.file(path, [...commented(top), ...pythonPackageRequirements(build)]);
  }
}
