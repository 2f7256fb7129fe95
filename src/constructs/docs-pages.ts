import { join } from 'node:path';
import { Component } from 'projen/lib/component';
import type { TextFile } from 'projen/lib/textfile';
import { SynthesizedFile } from '../files';
import type { WheelPipeline } from '../pipeline';
import { ciPipelinePage } from './docs/ci-pipeline';
import { guideFor } from './docs/guide';
import { localDevelopmentPage } from './docs/local-development';
import type { Described } from './docs/page';
import { releasesPage } from './docs/releases';

/** The pages about the pipeline. They are rendered at synthesis, and describe the workflows with all overrides. */
export class DocsPages extends Component {
  /** Building and testing the wheels on one's own machine. */
  public readonly localDevelopment: TextFile;

  /** The workflows; undefined without any. */
  public readonly ciPipeline?: TextFile;

  /** Publishing, installing and verifying a release; undefined without the release workflow. */
  public readonly releases?: TextFile;

  /** @param pipeline the pipeline that the pages describe */
  constructor(private readonly pipeline: WheelPipeline) {
    super(pipeline, 'pages');
    const { workflows } = pipeline;
    this.localDevelopment = this.page('local-development', localDevelopmentPage);
    if (workflows.all.length > 0) this.ciPipeline = this.page('ci-pipeline', ciPipelinePage);
    if (workflows.release) this.releases = this.page('releases', releasesPage);
  }

  private page(name: string, render: (described: Described) => string): TextFile {
    const { pipeline, project } = this;
    const guide = guideFor(project.root.outdir, join(project.outdir, pipeline._path('docs')));
    return new SynthesizedFile(this, pipeline._path(`docs/${name}.md`), () =>
      render({
        context: pipeline._context,
        workflows: pipeline.workflows.all.map(({ node, _definition: definition }) => ({ name: node.id, definition })),
        variants: pipeline._declared.variants ?? [],
        prefix: pipeline.prefix,
        guide,
      }),
    );
  }
}
