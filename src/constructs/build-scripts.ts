import { Component } from 'projen/lib/component';
import type { FileBase } from 'projen/lib/file';
import { JsonFile } from 'projen/lib/json';
import type { ObjectFile } from 'projen/lib/object-file';
import type { TextFile } from 'projen/lib/textfile';
import { commented, SynthesizedFile, SynthesizedFileOptions, textOf } from '../files';
import { header } from '../header';
import type { WheelPipeline } from '../pipeline';
import { replacement } from './workflows/replaced-actions';
import { FILES, PACKED_PROGRAM } from '../plan/files';
import { Plan, programPlan } from '../plan/plan';
import { PackedProgram } from './scripts/packed-program';
import { buildRequirements, byTestRequirements, testRequirements } from './scripts/requirements';
import { DOCKER_ENVIRONMENT, dockerEnvironment } from './scripts/tasks';
import { scripts } from './scripts/wrappers';

/** The scripts that build and test the wheels, and everything that they read. */
export class BuildScripts extends Component {
  /** The plan that the program executes. An override changes what the program does, and no other file. */
  public readonly plan: ObjectFile;

  /** The scripts that a person or a workflow calls. */
  public readonly wrappers: TextFile[];

  /** The packed program; undefined where its sources run. */
  public readonly program?: FileBase;

  /** The files that are laid over the source. */
  public readonly overlay: TextFile[];

  /** The requirements of the checks, one file for all builds that share them, and those of a build without the image. */
  public readonly requirements: TextFile[];

  /** The names of the caller's variables that the container of `npx projen wheel` gets; undefined without Linux. */
  public readonly dockerEnvironment?: TextFile;

  /** @param pipeline the pipeline whose wheels the scripts build */
  constructor(private readonly pipeline: WheelPipeline) {
    super(pipeline, 'scripts');
    const { _plan: plan, _declared: declared } = pipeline;
    const obj = (): object => programPlan(this.upgradeable(plan));
    this.plan = new JsonFile(this, pipeline._path('scripts/plan.json'), { obj, marker: false });
    this.wrappers = scripts(plan).map(({ path, text, executable }) => this.file(path, text, { executable }));
    if (plan.program.path === PACKED_PROGRAM) this.program = new PackedProgram(this, pipeline._path(PACKED_PROGRAM));
    // Writable, as its copy in the source is: a tool such as cargo may have to change what does not fit a tree.
    this.overlay = Object.entries(declared.source.overlay ?? {}).map(([path, content]) =>
      this.file(`${FILES.overlay}/${path}`, `${content.trimEnd()}\n`, { readonly: false }),
    );
    this.requirements = this.addRequirements();
    if (plan.builds[0].systems.includes('linux')) {
      const purpose = 'The variables of the caller that go into the container of `npx projen wheel`.';
      const lines = [...commented(header(purpose, 'constructs/scripts/tasks.ts')), ...dockerEnvironment()];
      this.dockerEnvironment = this.file(DOCKER_ENVIRONMENT, textOf(lines));
    }
  }

  private file(path: string, text: string, options: SynthesizedFileOptions = {}): TextFile {
    return new SynthesizedFile(this, this.pipeline._path(path), text, options);
  }

  /** The plan without the pins of actions that `project.github.actions.set` replaces: `upgrade.yml` cannot raise them. */
  private upgradeable(plan: Plan): Plan {
    const own = Object.entries(plan.pins.actions).filter(
      ([action, pin]) => replacement(this.project, `${action}@${pin}`) === undefined,
    );
    return { ...plan, pins: { ...plan.pins, actions: Object.fromEntries(own) } };
  }

  private addRequirements(): TextFile[] {
    const { _plan: plan } = this.pipeline;
    const tests = 'What the checks of the wheels need: the full closure, as nothing is resolved.';
    const tools = 'The build tools that pip can install, for a machine without the toolchain image.';
    const file = (path: string, purpose: string, lines: readonly string[]): TextFile =>
      this.file(path, textOf([...commented(header(purpose, 'constructs/scripts/requirements.ts')), ...lines]));
    return [
      ...[...byTestRequirements(plan.builds)].map(([path, builds]) => file(path, tests, testRequirements(builds))),
      file(FILES.buildRequirements, tools, buildRequirements(plan)),
    ];
  }
}
