import * as javascript from 'projen/lib/javascript';
import * as typescript from 'projen/lib/typescript';
import { PlanTypes } from './projenrc/plan-types';
import { JSII_TSCONFIG, Repository } from './projenrc/repository';
import { MlcLlmPipelineProject } from './src/project';

const project = new MlcLlmPipelineProject({
  name: 'mlc-llm-pipeline',
  description: 'Declares the CI/CD pipeline of native Python wheels, those of MLC-LLM first, and synthesizes all of it',
  authorName: 'mlc-llm-pipeline',
  authorOrganization: true,
  githubRepository: 'mlc-llm-pipeline/mlc-llm-pipeline',
  repository: 'https://github.com/mlc-llm-pipeline/mlc-llm-pipeline.git',
  keywords: ['projen', 'wheel', 'mlc-llm', 'manylinux', 'ci'],
  defaultReleaseBranch: 'main',
  minNodeVersion: '20.19.0',
  peerDeps: ['projen@^0.103.25', 'constructs@^10.8.1'],
  bundledDeps: ['mustache@^4', 'yaml', 'zod@^4'],
  devDeps: ['@types/mustache@^4', '@types/node@^20', 'ajv@^8', 'fast-check@^4', 'fflate@0.8.3'],
  // A library, where a project that only declares its pipeline is none.
  tsconfig: JSII_TSCONFIG,
  package: true,
  eslint: true,
  // A finding fails the build; `npx projen format` repairs what can be repaired.
  eslintOptions: { dirs: ['src'], devdirs: ['test', 'projenrc'], commandOptions: { fix: false } },
  prettier: true,
  prettierOptions: { settings: { printWidth: 120, singleQuote: true } },
  jest: true,
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    // Coverage would double jest's time, and gates nothing.
    jestConfig: { collectCoverage: false },
  },
  // Types are checked once, by the compiler, and not by each of jest's workers.
  tsJestOptions: {
    transformOptions: { isolatedModules: true, diagnostics: typescript.TsJestDiagnostics.none() },
  },
  // This repository's own build workflow has a job more: the slow suite.
  buildWorkflow: false,
  pipeline: {
    // Its workflows and scripts run the sources, so that a change is tried as it is, and no copy is committed.
    program: { sources: 'src/runtime/wheel_pipeline', requirements: 'src/runtime/requirements.txt' },
    toolchain: {
      packages: [
        { name: 'cattrs', version: '26.*', pypi: 'cattrs' },
        { name: 'filelock', version: '>=3.20,<5', pypi: 'filelock' },
      ],
    },
  },
});
new Repository(project);
new PlanTypes(project);
project.synth();
