import { Component } from 'projen/lib/component';
import { PipelineWorkflow } from './pipeline-workflow';
import { WorkflowName } from '../declaration/pipeline';
import { inOneSentence } from '../failure';
import type { WheelPipeline } from '../pipeline';
import { checkArtifacts, checkGrants } from './workflows/policy';

/** The workflows of the pipeline; one that it does not have is undefined. */
export class PipelineWorkflows extends Component {
  /** All of them. */
  public readonly all: PipelineWorkflow[];

  /** @param pipeline the pipeline whose wheels they build */
  constructor(public readonly pipeline: WheelPipeline) {
    super(pipeline, 'workflows');
    const { workflows: declared } = pipeline._plan;
    // A released wheel can be built again.
    const names = [...declared, ...(declared.includes(WorkflowName.RELEASE) ? ['reproduce'] : [])];
    this.all = names.map((name) => new PipelineWorkflow(this, name));
    this.checkTogether();
  }

  /** Publishes the toolchain image. */
  public get docker(): PipelineWorkflow | undefined {
    return this.find('docker');
  }

  /** Builds and tests the Linux wheels. */
  public get linux(): PipelineWorkflow | undefined {
    return this.find('linux');
  }

  /** Builds and tests the Windows wheels. */
  public get windows(): PipelineWorkflow | undefined {
    return this.find('windows');
  }

  /** Publishes the wheels of a tag. */
  public get release(): PipelineWorkflow | undefined {
    return this.find('release');
  }

  /** Builds a release again and compares the wheels. */
  public get reproduce(): PipelineWorkflow | undefined {
    return this.find('reproduce');
  }

  /** Proposes newer versions of everything that is pinned. */
  public get upgrade(): PipelineWorkflow | undefined {
    return this.find('upgrade');
  }

  /** Deletes unused images. */
  public get cleanup(): PipelineWorkflow | undefined {
    return this.find('cleanup');
  }

  /** Check the overridden workflows as the declared ones, before any file is written. */
  public preSynthesize(): void {
    super.preSynthesize();
    inOneSentence(() => {
      this.all.forEach((workflow) => workflow._check());
      this.checkTogether();
    });
  }

  private find(name: string): PipelineWorkflow | undefined {
    return this.all.find(({ node }) => node.id === name);
  }

  private checkTogether(): void {
    const workflows = this.all.map(({ _id: id, _definition: definition }) => ({ id, definition }));
    checkArtifacts(workflows);
    checkGrants(workflows);
  }
}
