import * as cdk from 'projen/lib/cdk';
import { Component } from 'projen/lib/component';
import * as javascript from 'projen/lib/javascript';
import { Task } from 'projen/lib/task';
import * as typescript from 'projen/lib/typescript';
import { buildWorkflow } from '../src/constructs/workflows/build';
import { WorkflowContext } from '../src/constructs/workflows/context';
import { installSteps } from '../src/constructs/workflows/steps/node';
import { Workflow } from '../src/constructs/workflows/workflow';
import { MINUTES } from '../src/declaration/minutes';
import { header } from '../src/header';
import type { MlcLlmPipelineProject } from '../src/project';

/** The slow suite's jest configuration. */
const E2E_CONFIG = 'test/e2e/jest.config.json';

/** Folders of `examples`, each with a declaration; their synthesized files are below `build`. */
const EXAMPLES = ['tvm-ffi'];

/** The oldest Python of a wheel; keep `per-file-target-version` in pyproject.toml equal. */
const OLDEST_PYTHON = '3.10';

/** Python files that the interpreter under test runs. */
const FOR_OLDEST_PYTHON = [
  'src/mlc-llm/checks',
  'src/mlc-llm/preflight/mlc_llm_preflight',
  'examples/tvm-ffi/checks',
  ...['import_modules', 'probe', 'run_check'].map((name) => `src/runtime/wheel_pipeline/gate/${name}.py`),
];

/** The command prefix that runs a program in the Python virtual environment. */
const PYTHON = 'tsx projenrc/python.ts';

/** What jsii wants of the compiler. */
export const JSII_TSCONFIG: javascript.TypescriptConfigOptions = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['es2022'],
    module: 'node16',
    moduleResolution: javascript.TypeScriptModuleResolution.NODE16,
    skipLibCheck: true,
    stripInternal: false,
    noEmitOnError: true,
  },
};

/** What only this repository has: it is a jsii module, it has examples, and its slow suite runs what it synthesizes. */
export class Repository extends Component {
  constructor(project: MlcLlmPipelineProject) {
    super(project);
    this.addJsiiModule(project);
    // 1.13.0 was published for some platforms before others; a lock file made meanwhile fails `npm ci`.
    project.package.addField('overrides', { 'unrs-resolver': '1.12.2' });
    this.addTasks();
    const context = new WorkflowContext(project.pipeline._plan);
    new Workflow(
      project,
      'build',
      buildWorkflow(context, project.package.installCommand, {
        e2e: {
          name: 'Run the end-to-end tests',
          permissions: { contents: 'read' },
          runsOn: 'ubuntu-24.04',
          timeoutMinutes: MINUTES.slowSuite,
          steps: [
            ...installSteps(context, project.package.installCommand),
            {
              // It installs what it needs and makes file systems, which only root may: steps are not root.
              name: 'Run the end-to-end suite',
              source: 'projenrc/repository.ts',
              run: 'sudo --preserve-env env "PATH=$PATH" npx projen e2e\n',
            },
          ],
        },
      }),
      header('The build workflow of this repository.', 'constructs/workflows/build.ts'),
    );
  }

  /** A jsii module is what `projen new --from` can read. */
  private addJsiiModule(project: typescript.TypeScriptProject): void {
    project.with(new cdk.JsiiBuild({ docgen: false, releaseToNpm: false, jsiiVersion: '~5.9.0' }));
    // jsii adds its folder to this file by itself, unless it is there as jsii writes it.
    project.npmignore?.addPatterns(project.artifactsDirectory);
    // The package contains only `lib`.
    const own = ['.ci', '.dockerignore', '.venv', 'build', 'docker', 'docs', 'examples', 'pyproject.toml', 'scripts'];
    project.npmignore?.addPatterns(...own.map((name) => `/${name}`));
    // These files are read at run time from next to the compiled code.
    // The compiler leaves files of earlier sources, which would be published. The program stays: tests may be running it.
    project.compileTask.prependExec(
      'mkdir -p lib && find lib -mindepth 1 -maxdepth 1 ! -name wheel_pipeline.pyz -exec rm -rf {} +',
    );
    project.compileTask.exec(
      'mkdir -p lib/contract && cp src/contract/*.json lib/contract/ && cp -R src/mlc-llm/*.lock src/mlc-llm/checks src/mlc-llm/preflight lib/mlc-llm/ && cp src/constructs/scripts/*.sh src/constructs/scripts/*.ps1 lib/constructs/scripts/ && cp src/constructs/image/*.sh lib/constructs/image/ && cp src/constructs/docs/*.md lib/constructs/docs/ && cp src/repository/*.cjs lib/repository/ && find lib/mlc-llm -name __pycache__ -prune -exec rm -r {} +',
    );
  }

  private addTasks(): void {
    const pack = this.project.addTask('pack', {
      description: 'Pack the Python program and its libraries into lib/wheel_pipeline.pyz',
      exec: 'tsx projenrc/pack-program.ts',
    });
    this.project.compileTask.spawn(pack);
    const examples = this.project.addTask('examples', {
      description: 'Synthesize the examples into build/examples',
      steps: EXAMPLES.flatMap((name) => [
        {
          exec: `mkdir -p build/examples/${name} && cp -R examples/${name}/checks examples/${name}/scripts build/examples/${name}`,
        },
        {
          exec: `tsx --tsconfig ../../../examples/tsconfig.json ../../../examples/${name}/.projenrc.ts`,
          cwd: `build/examples/${name}`,
        },
      ]),
    });
    this.project.testTask.prependExec('tsc --noEmit --project test');
    this.project.testTask.prependExec('tsc --noEmit --project examples');
    this.project.testTask.prependSpawn(examples);
    this.project.testTask.prependSpawn(pack);
    this.project.testTask.spawn(this.pythonTests());
    this.project.addTask('format', {
      description: 'Fix formatting and lint errors in TypeScript and Python, where possible',
      steps: [
        { spawn: 'eslint', args: ['--fix'] },
        { exec: `${PYTHON} ruff check --fix` },
        { exec: `${PYTHON} ruff format` },
      ],
    });
    // Inputs of the slow suite.
    const inputs = [{ spawn: 'pack' }, { spawn: 'examples' }];
    this.project.addTask('e2e', {
      description: 'Run the end-to-end tests: image, wheels, linters (slow; Linux)',
      steps: [...inputs, { exec: `jest --config ${E2E_CONFIG}`, receiveArgs: true }],
    });
    this.project.addTask('faults', {
      description: 'Break one thing at a time, and see what the program says and leaves: a part of e2e (Linux, root)',
      steps: [...inputs, { exec: `jest --config ${E2E_CONFIG} test/e2e/faults-`, receiveArgs: true }],
    });
    this.project.addTask('bench:synth', {
      description: 'Compare the CPU time of synthesis with that of a bare TypeScript project',
      exec: 'tsx projenrc/bench-synth.ts',
    });
    this.project.addTask('demo', {
      description: 'Build and test the example package here, without Docker: a first wheel in two minutes',
      steps: [{ spawn: 'pack' }, { spawn: 'examples' }, { exec: 'bash projenrc/demo.sh' }],
    });
  }

  /** Add the task with lints, type checks and fast unit tests of the Python program; the slow suite runs the rest. */
  private pythonTests(): Task {
    this.project.gitignore.exclude('/.venv/', '__pycache__/');
    return this.project.addTask('test:python', {
      description: 'Run ruff, mypy and the fast unit tests of the Python program',
      steps: [
        { exec: `${PYTHON} ruff check` },
        { exec: `${PYTHON} ruff format --check` },
        { exec: `${PYTHON} mypy --platform linux` },
        { exec: `${PYTHON} mypy --platform win32` },
        { exec: `${PYTHON} mypy --python-version ${OLDEST_PYTHON} ${FOR_OLDEST_PYTHON.join(' ')}` },
        { exec: `${PYTHON} pytest --numprocesses 2 -m "not slow"` },
      ],
    });
  }
}
