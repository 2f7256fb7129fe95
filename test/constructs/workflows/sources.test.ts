/** Each step of a workflow is declared in the file that the workflow's header names, or in the one behind its name. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMap, isScalar, parseDocument, YAMLMap } from 'yaml';
import { Repository } from '../../../projenrc/repository';
import { MlcLlmPipelineProject, MlcLlmVariant, Platform } from '../../../src';
import { at, read } from '../../small';

const ROOT = join(__dirname, '../../..');

interface Named {
  readonly workflow: string;
  readonly step: string;
  /** From the root of this repository. */
  readonly source: string;
}

/** The steps of a workflow's file. */
function stepsOf(workflow: string, text: string): Named[] {
  const [, header] = /\(mlc-llm-pipeline: (src\/\S+\.ts)\)/.exec(text)!;
  const jobs = parseDocument(text).get('jobs') as YAMLMap<unknown, YAMLMap>;
  return jobs.items.flatMap(({ value: job }) => {
    const steps = (job!.get('steps') as { items: unknown[] } | undefined)?.items ?? [];
    return steps.filter(isMap).map((each) => {
      const name: unknown = each.get('name', true);
      if (!isScalar(name)) throw new Error(`a step of ${workflow} has no name`);
      const comment = name.comment?.trim();
      const source =
        comment === undefined
          ? header
          : [join(dirname(header), comment), comment].find((path) => existsSync(join(ROOT, path)));
      return { workflow, step: String(name.value), source: source ?? `${comment}, which does not exist` };
    });
  });
}

/** The steps of this repository's workflows, with every platform and variant, and with its own build workflow. */
function allSteps(program: object): Named[] {
  const project = new MlcLlmPipelineProject({
    name: 'mlc-llm-pipeline',
    outdir: at(''),
    defaultReleaseBranch: 'main',
    githubRepository: 'owner/name',
    buildWorkflow: false,
    pipeline: {
      ...program,
      platforms: [Platform.LINUX_X86_64, Platform.LINUX_AARCH64, Platform.WINDOWS_AMD64],
      variants: [MlcLlmVariant.CUDA_12_8],
    },
  });
  new Repository(project);
  project.synth();
  return readdirSync(at('.github/workflows')).flatMap((file) => stepsOf(file, read(`.github/workflows/${file}`)));
}

/** The names in a TypeScript file: its literals and templates that begin as a name does, as patterns. */
function namesIn(source: string): RegExp[] {
  const text = readFileSync(join(ROOT, source), 'utf8');
  const literals = [...text.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g)];
  return literals
    .map(([, single, double, template]) => single ?? double ?? template)
    .filter((literal) => /^[A-Z][a-z-]+[,:]? \S/.test(literal))
    .map((literal) => literal.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .map((parts) => new RegExp(`^${parts.join('.+')}$`));
}

test.each([
  ['the packed program', {}],
  [
    "the program's sources",
    { program: { sources: 'src/runtime/wheel_pipeline', requirements: 'src/runtime/requirements.txt' } },
  ],
])('with %s', (_, program) => {
  const steps = allSteps(program);
  expect(new Set(steps.map(({ workflow }) => workflow)).size).toBe(8);
  expect(steps.length).toBeGreaterThan(150);
  const names = new Map([...new Set(steps.map(({ source }) => source))].map((source) => [source, namesIn(source)]));
  const elsewhere = steps.filter(({ step, source }) => !names.get(source)!.some((name) => name.test(step)));
  expect(elsewhere).toEqual([]);
});
