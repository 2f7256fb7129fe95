/**
 * What option schemas are made of. A schema's message is the end of the sentence "… must be …"; `parse.ts` makes the
 * sentence of it.
 */
import * as z from 'zod/mini';

type Shape<T> = { readonly [K in keyof Required<T>]: z.ZodMiniType<T[K]> };

/** The schema of an option interface: each of its options, and no other. */
export function objectOf<T>() {
  return <S extends Shape<T>>(shape: S) => z.strictObject(shape, { error: 'an object of options' });
}

/** Control characters, halves of characters, and what some readers take for a line's end. */
const UNSAFE = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

/** A text of one line that can stand in any synthesized file: nothing in it is evaluated or ends the line. */
export function text(expected = 'text', accepts: RegExp = /^/, { empty = false } = {}): z.ZodMiniString<string> {
  return z.string({ error: expected }).check(
    z.refine((given) => empty || given.trim() !== '', { error: `${expected}, not an empty one`, abort: true }),
    z.refine((given) => !UNSAFE.test(given), {
      error: `${expected}, on one line and without control characters`,
      abort: true,
    }),
    z.refine((given) => !given.includes('${{'), {
      error: `${expected}, without \${{ }}: GitHub would evaluate it`,
      abort: true,
    }),
    z.refine((given) => accepts.test(given), { error: expected }),
  );
}

/** A text that may be empty, such as a variable's value. */
export function value(expected = 'text'): z.ZodMiniString<string> {
  return text(expected, /^/, { empty: true });
}

/** The prefix of this library's own files and folders, such as `builtin:mlc-llm/preflight`. */
export const BUILTIN = 'builtin:';

/**
 * Validate a path below a root that is portable and needs no quotes in any file.
 *
 * @param of the name of the root, for messages
 * @param options `builtin`: allow the path of a file or folder of this library
 */
export function path(of = 'its root', { builtin = false } = {}): z.ZodMiniString<string> {
  const bare = (given: string): string => (builtin && given.startsWith(BUILTIN) ? given.slice(BUILTIN.length) : given);
  const isAbsolute = (given: string): boolean => /^([\\/]|[A-Za-z]:)/.test(given);
  const inside = (given: string): boolean => !isAbsolute(given) && !given.split(/[\\/]/).includes('..');
  return z.string({ error: `a path inside ${of}` }).check(
    z.refine((given) => bare(given) !== '' && inside(bare(given)), {
      error: `a relative path that stays inside ${of}`,
      abort: true,
    }),
    z.refine((given) => !given.includes('\\'), {
      error: 'a path with forward slashes, which every platform reads',
      abort: true,
    }),
    z.refine((given) => /^[\w.@+-]+(\/[\w.@+-]+)*$/.test(bare(given)), {
      error: 'a path of letters, digits and . _ @ + -, with / between',
    }),
  );
}

/** A list; where it must not be empty, that is said. */
export function listOf<T extends z.ZodMiniType>(item: T, notEmpty?: string): z.ZodMiniArray<T> {
  return z
    .array(item, { error: notEmpty ?? 'a list' })
    .check(z.refine((items) => notEmpty === undefined || items.length > 0, { error: notEmpty ?? '' }));
}

/** Names with values. */
export function recordOf<T extends z.ZodMiniType>(name: z.ZodMiniString<string>, of: T) {
  return z.record(name, of, { error: 'an object of names and values' });
}

/** One of an enum's values. */
export function choice<const T extends Readonly<Record<string, string>>>(values: T) {
  return z.enum(values, { error: `one of ${Object.values(values).join(', ')}` });
}

export const flag = z.boolean({ error: 'true or false' });

/** A finite number above 0, whole where it counts something. */
export function above0(expected: string, accepts: (given: number) => boolean = () => true): z.ZodMiniNumber<number> {
  return z.number({ error: expected }).check(z.refine((given) => given > 0 && accepts(given), { error: expected }));
}

const DISTRIBUTION = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** A distribution's name, as pip takes it. */
export const distributionName = text('a distribution name, such as mlc-llm', DISTRIBUTION);

/** Environment variables by name. */
export const variables = recordOf(
  text('an environment-variable name: upper-case letters, digits and underscores', /^[A-Z_][A-Z0-9_]*$/),
  value("a variable's text"),
);

/** An image that cannot change. */
export const imageReferenceText = text(
  'an image by name, tag and digest, such as quay.io/pypa/manylinux_2_28_x86_64:2026.08.15-1@sha256:<64 digits>',
  /^[a-z0-9][a-z0-9./_-]*(:\d+\/[a-z0-9./_-]+)?:[\w.-]+@sha256:[0-9a-f]{64}$/,
);

/** The digest of an image. */
export const digestText = text("an image's digest: sha256:<64 digits>", /^sha256:[0-9a-f]{64}$/);

/** A version of numbers, such as `3.26`. */
export const plainVersion = text('a version of numbers with dots between, such as 3.26', /^\d+(\.\d+)*$/);

export const sha256 = text('a SHA-256: 64 lower-case hexadecimal digits', /^[0-9a-f]{64}$/);

export { z };
