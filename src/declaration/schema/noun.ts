/**
 * The options of one thing, such as a wheel or a tool, as a table: one entry has an option's schema and its default. The
 * schema of the declaration, the shape and the value in the plan, and the merge with a change all follow from the table.
 */
import { definitionOf } from './parse';
import { listOf, objectOf, z } from './values';
import { valueOn } from '../by-system';
import type { SystemName } from '../platform';

/** One option: `D` as it is declared, `P` as the plan has it. */
export interface Rule<D = any, P extends z.ZodMiniType = z.ZodMiniType> {
  readonly declared: z.ZodMiniType<D>;
  readonly planned: P;
  /** Identifies an entry of a list: a change replaces the entry of the same key. By default, equal entries are the same. */
  readonly keyOf?: (entry: any) => string;
  /** The plan's value for a build on some systems. */
  resolve(given: D, systems: readonly SystemName[]): z.infer<P>;
}

/** An option that must be declared. */
export function required<S extends z.ZodMiniType>(schema: S): Rule<z.infer<S>, S> {
  return { declared: schema as never, planned: schema, resolve: (given) => given };
}

/** An option that is null in the plan where it is not declared. */
export function optional<S extends z.ZodMiniType>(schema: S): Rule<z.infer<S> | undefined, z.ZodMiniNullable<S>> {
  return { declared: z.optional(schema) as never, planned: z.nullable(schema), resolve: (given) => given ?? null };
}

/** An option with a default. */
export function defaulted<S extends z.ZodMiniType>(
  schema: S,
  value: z.infer<S>,
  keyOf?: (entry: any) => string,
): Rule<z.infer<S> | undefined, S> {
  return {
    declared: z.optional(schema) as never,
    planned: schema,
    resolve: (given) => given ?? value,
    keyOf,
  };
}

/** An option with one value for each system. */
export function perSystem<F, S extends z.ZodMiniType = z.ZodMiniType<F>>(
  value: F,
  schemas: { readonly linux: S; readonly windows: S },
): Rule<
  { readonly linux?: z.infer<S>; readonly windows?: z.infer<S> } | undefined,
  z.ZodMiniType<{ linux: z.infer<S> | F; windows: z.infer<S> | F }>
> {
  const { linux, windows } = schemas;
  const planned = (schema: S): z.ZodMiniType => (value === null ? z.nullable(schema) : schema);
  return {
    declared: z.optional(objectOf<any>()({ linux: z.optional(linux), windows: z.optional(windows) })) as never,
    planned: z.strictObject({ linux: planned(linux), windows: planned(windows) }) as never,
    resolve: (given, systems) => valueOn<z.infer<S> | F>(systems, (system) => given?.[system] ?? value, value),
  };
}

/** An option with options of its own, none of which is required; `title` names its type in the plan. */
export function nested<T extends object, R>(
  title: string,
  noun: Noun<T, R>,
): Rule<T | undefined, z.ZodMiniType<PlannedValues<R>>> {
  return {
    declared: z.optional(noun.schema) as never,
    planned: titled(title, z.strictObject(noun.planned as never)) as never,
    resolve: (given, systems) => noun.resolve(given ?? ({} as T), systems),
  };
}

/** Names the type of an object in the plan, and describes it. */
export function titled<S extends z.ZodMiniType>(title: string, schema: S, description?: string): S {
  return schema.check(z.meta({ title, ...(description && { description }) })) as S;
}

/** A list of things with options of their own, with the option that identifies an entry. */
export function entriesOf<T extends object, R>(
  title: string,
  noun: Noun<T, R>,
  key: keyof T & string,
  notEmpty: string,
): Rule<T[], z.ZodMiniType<Array<PlannedValues<R>>>> {
  return {
    declared: listOf(noun.schema, notEmpty) as never,
    planned: z.array(titled(title, z.strictObject(noun.planned as never))) as never,
    resolve: (given, systems) => given.map((each) => noun.resolve(each, systems)),
    keyOf: (entry) => String(entry[key]),
  };
}

type Rules<T> = { readonly [K in keyof T]?: Rule<T[K]> };
type Others<T, R> = { readonly [K in Exclude<keyof Required<T>, keyof R>]: z.ZodMiniType<T[K & keyof T]> };
type PlannedShape<R> = { [K in keyof R]: R[K] extends Rule<any, infer P> ? P : never };
type PlannedValues<R> = { [K in keyof R]: R[K] extends Rule<any, infer P> ? z.infer<P> : never };

/** The options of a `T`. */
export interface Noun<T, R> {
  /** The schema of the declaration. */
  readonly schema: z.ZodMiniType<T>;
  /** The shape in the plan. */
  readonly planned: PlannedShape<R>;
  /** Fills in the defaults. */
  resolve(declared: T, systems?: readonly SystemName[]): PlannedValues<R>;
  /** Adds a change: lists and names with values are added to, all else is replaced. */
  merge(declared: T, change: Partial<T>): T;
}

/**
 * Declares the options of a `T`.
 *
 * @example optionsOf<Tool>()({ command: required(text()), minimum: optional(plainVersion) })
 */
export function optionsOf<T extends object>() {
  /** `others`: options that the plan has under another name or in another shape. */
  return <R extends Rules<T>>(
    rules: R & Record<Exclude<keyof R, keyof T>, never>,
    ...[others]: keyof Others<T, R> extends never ? [] : [Others<T, R>]
  ) => {
    const entries = Object.entries(rules) as Array<[keyof T & string, Rule]>;
    const each = <V>(value: (rule: Rule, name: keyof T) => V) =>
      Object.fromEntries(entries.map(([name, rule]) => [name, value(rule, name)]));
    const declared = each((rule) => rule.declared);
    const schema = objectOf<T>()({ ...declared, ...others } as never) as unknown as z.ZodMiniType<T>;
    const noun: Noun<T, R> = {
      schema,
      planned: each((rule) => rule.planned) as never,
      resolve: (options, systems = []) => each((rule, name) => rule.resolve(options[name], systems)) as never,
      merge: (options, change) => merged(schema, options, change, rules as never) as T,
    };
    return noun;
  };
}

/** Merges by the schema: entries of a list by key, names with values by name; another value replaces. */
function merged(schema: z.ZodMiniType, ours: any, theirs: any, rules: Rules<any> = {}, rule: Partial<Rule> = {}): any {
  const { type, shape, valueType } = definitionOf(schema);
  if (theirs === undefined) return ours;
  // A change of a list that is not declared adds to its default.
  if (type === 'array') {
    return mergedList(ours ?? rule.resolve?.(undefined, []) ?? [], theirs, rule.keyOf ?? JSON.stringify);
  }
  if (type !== 'object' && type !== 'record') return theirs;
  const result = { ...ours };
  for (const [name, change] of Object.entries(theirs)) {
    const value = merged((shape?.[name] ?? valueType)!, ours?.[name], change, {}, rules[name]);
    if (value !== undefined) result[name] = value;
  }
  return result;
}

function mergedList<T>(ours: readonly T[], theirs: readonly T[], keyOf: (entry: T) => string): T[] {
  const all = new Map(ours.map((entry) => [keyOf(entry), entry]));
  theirs.forEach((entry) => all.set(keyOf(entry), entry));
  return [...all.values()];
}
