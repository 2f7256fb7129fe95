import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from 'projen/lib/project';
import { SYSTEMS } from '../src/declaration/platform';
import { SynthesizedFile } from '../src/files';
import { header } from '../src/header';
import { JsonSchema, planSchema } from '../src/plan/plan';

const PACKAGE = 'src/runtime/wheel_pipeline/plan';

/**
 * Writes the Python types of `scripts/plan.json`, from the plan's JSON Schema.
 *
 * A class inherits from `<Name>Methods` of `methods.py` where that has one. `datamodel-code-generator` has neither
 * generic types, which `BySystem` is, nor docstrings of fields, so this renders the few shapes that the plan uses.
 */
export class PlanTypes extends SynthesizedFile {
  constructor(project: Project) {
    const methods = readFileSync(join(project.outdir, PACKAGE, 'methods.py'), 'utf8');
    super(project, `${PACKAGE}/model.py`, new PythonModule(methods).render(planSchema()));
    project.annotateGenerated(`/${PACKAGE}/model.py`);
  }
}

/** The classes of a schema, each before the first that uses it. */
class PythonModule {
  private readonly classes = new Map<string, string>();
  private readonly methods: readonly string[];

  constructor(methods: string) {
    this.methods = [...methods.matchAll(/^class (\w+Methods)\b/gm)].map(([, name]) => name);
  }

  render(schema: JsonSchema): string {
    this.type(schema);
    const top = header('The plan as `plan.json` has it.', 'plan/plan.ts').map((line) => `# ${line}`.trimEnd());
    return `${[
      ...top,
      '',
      '"""The plan: a declaration with every default filled in. A key such as `projectDir` is the field `project_dir`."""',
      '',
      '# Annotations are not deferred: up to 3.12.3, Python does not find the type parameter of a class in them.',
      'from dataclasses import dataclass',
      'from typing import Literal',
      '',
      `from .methods import ${[...this.methods].sort().join(', ')}`,
      'from .system import BySystem, System',
    ].join('\n')}\n${[...this.classes.values()].map((text) => `\n\n${text}\n`).join('')}`;
  }

  /** The annotation of a value. */
  private type(schema: JsonSchema): string {
    const { anyOf, type, properties, additionalProperties, title } = schema;
    if (schema.const !== undefined) return `Literal[${JSON.stringify(schema.const)}]`;
    if (schema.enum) {
      const values = schema.enum.map((value) => JSON.stringify(value)).join(', ');
      return values === '"linux", "windows"' ? 'System' : `Literal[${values}]`;
    }
    if (anyOf) return anyOf.map((each) => this.type(each)).join(' | ');
    if (Array.isArray(type)) return type.map((each) => this.type({ ...schema, type: each as string })).join(' | ');
    if (type === 'null') return 'None';
    if (type === 'array') return `tuple[${this.type(schema.items!)}, ...]`;
    if (properties && Object.keys(properties).join() === SYSTEMS.join()) {
      return `BySystem[${this.type(properties.linux)}]`;
    }
    if (properties) return this.dataclass(title!, schema);
    if (additionalProperties) return `dict[str, ${this.type(additionalProperties)}]`;
    const simple = { string: 'str', integer: 'int', number: 'float', boolean: 'bool' } as Record<string, string>;
    return simple[type as string];
  }

  private dataclass(name: string, { description, properties }: JsonSchema): string {
    const fields = Object.entries(properties!)
      .filter(([, field]) => !field.synthesis)
      .map(([key, field]) => {
        const type = this.type(field);
        const snakeCase = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
        const isOptional = type.endsWith('| None');
        const docstring = field.description ? [`    """${field.description}"""`] : [];
        return { isOptional, lines: [`    ${snakeCase}: ${type}${isOptional ? ' = None' : ''}`, ...docstring] };
      });
    // A field with a default cannot stand before one without.
    const sorted = [...fields.filter((each) => !each.isOptional), ...fields.filter((each) => each.isOptional)];
    const base = this.methods.includes(`${name}Methods`) ? `(${name}Methods)` : '';
    const docstring = description ? [`    """${description}"""`, ''] : [];
    const text = [
      '@dataclass(frozen=True)',
      `class ${name}${base}:`,
      ...docstring,
      ...sorted.flatMap(({ lines }) => lines),
    ].join('\n');
    const known = this.classes.get(name);
    if (known !== undefined && known !== text) throw new Error(`two shapes of ${name} in plan/plan.ts`);
    this.classes.set(name, text);
    return name;
  }
}
