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
        {
          name: 'round trip through native code',
          python: [
            'import numpy as np, tvm_ffi',
            'tvm_ffi.register_global_func("gate.add_one", lambda x: x + 1)',
            'assert tvm_ffi.get_global_func("gate.add_one")(41) == 42',
            'assert list(tvm_ffi.convert([1, 2, 3])) == [1, 2, 3]',
            'array = np.arange(6, dtype="float32").reshape(2, 3)',
            'tensor = tvm_ffi.from_dlpack(array)',
            'back = np.from_dlpack(tvm_ffi.convert(lambda value: value)(tensor))',
            'assert tensor.shape == (2, 3) and (back == array).all()',
          ],
        },
        {
          name: 'an error crosses from C++ to Python',
          python: [
            'import tvm_ffi',
            'try:',
            '    tvm_ffi.get_global_func("testing.test_raise_error")("ValueError", "boom")',
            'except ValueError as error:',
            '    assert "boom" in str(error)',
            'else:',
            '    raise AssertionError("no error came")',
          ],
        },
        { name: 'configuration command', command: ['-m', 'tvm_ffi.config', '--libdir'], expect: 'tvm_ffi' },
      ],
      testRequirements: ['numpy==2.2.6', 'typing-extensions==4.16.0'],
    },
  ],
});

project.synth();
