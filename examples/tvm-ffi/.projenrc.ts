/** A small but whole pipeline: the wheel of apache-tvm-ffi, from its source distribution. */
import { Project } from 'projen';
import { WheelPipeline } from 'mlc-llm-pipeline';

const project = new Project({ name: 'tvm-ffi-wheels', projectTree: false });

new WheelPipeline(project, {
  repository: 'mlc-llm-pipeline/tvm-ffi-wheels',
  source: {
    sdist: {
      distribution: 'apache-tvm-ffi',
      version: '0.1.15.post2',
      sha256: '909be9ef5af07726aa9afd38a3111abc4d86cfd5927ebedfa9166232ce7d287b',
    },
  },
  // Measured: 136 MB at the end of the build, 242 MB with the environment of its test.
  diskGigabytes: { linux: 0.3 },
  toolchain: {
    packages: [
      { name: 'cython', pypi: 'cython' },
      { name: 'setuptools-scm', pypi: 'setuptools-scm' },
    ],
  },
  wheels: [
    {
      distribution: 'apache-tvm-ffi',
      checks: [
        { name: 'imports', imports: ['tvm_ffi', 'tvm_ffi.core', 'tvm_ffi.registry', 'tvm_ffi.container', 'tvm_ffi.error'] },
        { name: 'round trip through native code', python: ['checks/round_trip.py'] },
        { name: 'an error crosses from C++ to Python', python: ['checks/error_from_cpp.py'] },
        { name: 'configuration command', command: ['-m', 'tvm_ffi.config', '--libdir'], expect: 'tvm_ffi' },
      ],
      testRequirements: ['numpy==2.2.6', 'typing-extensions==4.16.0'],
    },
  ],
});

project.synth();
