/** From a schema's findings to the one sentence that a person reads. */
import * as z from 'zod/mini';
import { nearest, SpecError } from '../error';

type Path = readonly PropertyKey[];

/** What a schema says of itself, as far as a path leads through it. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodMiniType;
  readonly element?: z.ZodMiniType;
  readonly shape?: Readonly<Record<string, z.ZodMiniType>>;
  readonly valueType?: z.ZodMiniType;
}

/** What an entry of a list is called in a path. */
const LABELS = ['name', 'distribution', 'command', 'alias', 'step'] as const;

/** The value as the schema has it: a copy of its options, and none beside. Throws a `SpecError` at what is wrong. */
export function parse<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const odd = oddity(value, [], new Set());
  if (odd) throw new SpecError(optionOf(schema, value, odd) || 'options', valueAt(value, odd), 'plain data');
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const { issues } = result.error;
  // Of a misspelt option, both its own name and the one that it was meant to be are wrong: the first helps.
  throw specError(schema, value, issues.find((issue) => issue.code === 'unrecognized_keys') ?? issues[0]);
}

/** Where something is that JSON does not have: an instance of a class, a loop, a name that would change the object itself. */
function oddity(value: unknown, path: Path, around: ReadonlySet<unknown>): Path | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const plain = Array.isArray(value) || z.core.util.isPlainObject(value);
  if (!plain || around.has(value) || Object.hasOwn(value, '__proto__')) return path;
  const inside = new Set([...around, value]);
  for (const [key, inner] of Object.entries(value)) {
    const found = oddity(inner, [...path, Array.isArray(value) ? Number(key) : key], inside);
    if (found) return found;
  }
  return undefined;
}

function specError(schema: z.ZodMiniType, value: unknown, issue: z.core.$ZodIssue): SpecError {
  if (issue.code === 'unrecognized_keys') {
    const option = optionOf(schema, value, issue.path) || 'options';
    const known = Object.keys(definitionOf(schemaAt(schema, issue.path)).shape ?? {});
    return new SpecError(
      option,
      issue.keys[0],
      `an option that there is; the nearest is ${nearest(issue.keys[0], known)}`,
    );
  }
  if (issue.code === 'invalid_key') {
    const parent = issue.path.slice(0, -1);
    return new SpecError(optionOf(schema, value, parent), issue.path.at(-1), issue.issues[0].message);
  }
  return new SpecError(optionOf(schema, value, issue.path) || 'options', valueAt(value, issue.path), issue.message);
}

/** A path as a person writes it: `wheels[thing].checks[import].timeout`, `environment[NAME]`. */
function optionOf(schema: z.ZodMiniType, root: unknown, path: Path): string {
  let [option, at, value] = ['', schema, root];
  path.forEach((key, index) => {
    const { type } = definitionOf(at);
    at = schemaAt(at, [key]);
    value = valueAt(value, [key]);
    if (type === 'array') {
      if (definitionOf(at).type === 'object') option += `[${labelOf(value, path[index + 1]) ?? String(key)}]`;
    } else if (type === 'record') {
      option += `[${String(key)}]`;
    } else {
      option += option ? `.${String(key)}` : String(key);
    }
  });
  return option;
}

/** The name of a list's entry, unless it is the name that is wrong. */
function labelOf(entry: unknown, wrong: PropertyKey | undefined): string | undefined {
  if (entry === null || typeof entry !== 'object') return undefined;
  const label = LABELS.find((name) => typeof (entry as Record<string, unknown>)[name] === 'string');
  if (label === undefined || label === wrong) return undefined;
  const text = (entry as Record<string, string>)[label];
  return /^[\p{L}\p{N}\p{P}\p{S} ]{1,60}$/u.test(text) && !/[[\]]/.test(text) ? text : undefined;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (at === null || typeof at !== 'object' ? undefined : (at as Record<PropertyKey, unknown>)[key]),
    value,
  );
}

function schemaAt(schema: z.ZodMiniType, path: Path): z.ZodMiniType {
  return path.reduce<z.ZodMiniType>((at, key) => {
    const { element, shape, valueType } = definitionOf(at);
    return element ?? shape?.[String(key)] ?? valueType ?? at;
  }, schema);
}

/** What a schema says of itself, without the "optional" around it. */
export function definitionOf(schema: z.ZodMiniType): Definition {
  const definition = schema._zod.def as unknown as Definition;
  return definition.innerType ? definitionOf(definition.innerType) : definition;
}
