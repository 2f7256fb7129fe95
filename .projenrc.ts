import { Repository } from './projenrc/repository';
import { MlcLlmPipelineProject } from './src/project';

const project = new MlcLlmPipelineProject({
  name: 'mlc-llm-pipeline',
  description: 'Declares the CI/CD pipeline of native Python wheels, those of MLC-LLM first, and synthesizes all of it',
  defaultReleaseBranch: 'main',
  minNodeVersion: '20.19.0',
  peerDeps: ['projen@^0.103.25', 'constructs@^10.8.1'],
  bundledDeps: ['yaml'],
  devDeps: ['@types/node@^20', 'fast-check'],
  // This repository's own build workflow has a job more: the slow suite.
  buildWorkflow: false,
});
new Repository(project);
project.synth();
