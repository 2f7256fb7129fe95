/** What is right for a wheel: the schemas of its options, and what no schema can say. */
import { checkSchema, validateCheck } from './check';
import { must, mustBeUnique } from './error';
import { SYSTEMS } from './platform';
import {
  above0,
  distributionName,
  flag,
  listOf,
  objectOf,
  path,
  recordOf,
  text,
  value,
  variables,
  z,
} from './schema/values';
import { PUBLIC_VERSION } from './version';
import {
  CMakeDefinitions,
  LibraryAlias,
  LibraryExcludes,
  normalizedName,
  RequirementAmendments,
  SizeLimits,
  Wheel,
  WheelChanges,
} from './wheel';

const definitions = z.optional(
  recordOf(text('a CMake variable name', /^[A-Za-z_]\w*$/), value("a cache entry's value")),
);

export const cmakeSchema = objectOf<CMakeDefinitions>()({ all: definitions, linux: definitions, windows: definitions });

export const excludesSchema = objectOf<LibraryExcludes>()({
  linux: z.optional(
    listOf(
      text(
        'a whole file name with .so, such as libtvm_ffi.so: auditwheel matches nothing else',
        /^[\w.+-]+\.so(\.\d+)*$/,
      ),
    ),
  ),
  windows: z.optional(listOf(text('a whole file name with .dll, such as vulkan-1.dll', /^[\w.+-]+\.dll$/i))),
});

const bytes = z.optional(above0('a whole number of bytes above 0', Number.isSafeInteger));

export const sizeLimitsSchema = objectOf<SizeLimits>()({ linux: bytes, windows: bytes });

/** What PEP 508 calls a requirement; what a marker says is left to pip. */
const REQUIREMENT = requirementPattern();

function requirementPattern(): RegExp {
  const name = '[A-Za-z0-9]([\\w.-]*[A-Za-z0-9])?';
  const extras = '\\[[\\w,. -]+\\]';
  const version = '(===|==|~=|!=|<=|>=|<|>)\\s*[\\w.*+!-]+';
  const versions = `${version}(\\s*,\\s*${version})*`;
  const address = '@\\s*[^\\s;]+';
  const which = `${versions}|\\(\\s*${versions}\\s*\\)|${address}`;
  return new RegExp(`^${name}(\\s*${extras})?(\\s*(${which}))?(\\s*;.+)?$`);
}

export const amendmentsSchema = objectOf<RequirementAmendments>()({
  add: z.optional(listOf(text('a requirement by PEP 508, such as psutil or numpy>=2,<3', REQUIREMENT))),
  pin: z.optional(listOf(distributionName)),
  drop: z.optional(listOf(distributionName)),
});

const aliasSchema = objectOf<LibraryAlias>()({ alias: path('the wheel'), of: path('the wheel') });

const fields = {
  distribution: distributionName,
  projectDir: z.optional(path('the source')),
  cmake: z.optional(cmakeSchema),
  settings: z.optional(
    recordOf(text("a setting's name, such as wheel.exclude", /^[A-Za-z][\w.-]*$/), value("a setting's value")),
  ),
  environment: z.optional(variables),
  compileVersion: z.optional(text('a PEP 440 version, such as 0.1.0', PUBLIC_VERSION)),
  keepVersion: z.optional(flag),
  reuse: z.optional(flag),
  excludes: z.optional(excludesSchema),
  systemLibraries: z.optional(excludesSchema),
  libraryFolders: z.optional(listOf(path('site-packages'))),
  programFolders: z.optional(listOf(path('site-packages'))),
  aliases: z.optional(listOf(aliasSchema)),
  requires: z.optional(amendmentsSchema),
  forbidden: z.optional(listOf(text('a glob of files, such as **/*.a', /^[^\\/][^\\]*$/))),
  maxBytes: z.optional(sizeLimitsSchema),
  testRequirements: z.optional(
    listOf(text('pinned, such as numpy==2.3.1', /^[A-Za-z0-9._-]+(\[[^\]]+\])?==[^\s*;]+(\s*;.+)?$/)),
  ),
};

export const wheelSchema = objectOf<Wheel>()({
  ...fields,
  checks: listOf(checkSchema, 'at least one check: an untested wheel is not released'),
});

export const wheelChangesSchema = objectOf<WheelChanges>()({ ...fields, checks: z.optional(listOf(checkSchema)) });

/** What a schema cannot say. */
export function validateWheels(wheels: readonly Wheel[]): void {
  mustBeUnique(
    'wheels',
    wheels.map((wheel) => normalizedName(wheel.distribution)),
  );
  wheels.forEach((wheel, index) => validateWheel(wheel, wheels.slice(0, index)));
  const pinned = new Set(wheels.flatMap((wheel) => wheel.testRequirements ?? []));
  mustBeUnique(
    'wheels.testRequirements',
    [...pinned].map((requirement) => normalizedName(requirement.split('==')[0])),
  );
}

function validateWheel(wheel: Wheel, earlier: readonly Wheel[]): void {
  const at = `wheels[${wheel.distribution}]`;
  const pinnable = earlier.map((other) => normalizedName(other.distribution));
  mustBeUnique(
    `${at}.checks`,
    wheel.checks.map((check) => check.name),
  );
  wheel.checks.forEach((check) => validateCheck(`${at}.checks[${check.name}]`, check));
  for (const system of SYSTEMS) {
    (wheel.systemLibraries?.[system] ?? []).forEach((library) =>
      must(
        (wheel.excludes?.[system] ?? []).includes(library),
        `${at}.systemLibraries.${system}`,
        library,
        'excluded from the repair as well',
      ),
    );
  }
  (wheel.aliases ?? []).forEach(({ alias, of }) => {
    const folder = (file: string): string => file.slice(0, file.lastIndexOf('/') + 1);
    must(
      alias !== of &&
        folder(alias) === folder(of) &&
        ['.so', '.dll'].some((kind) => [alias, of].every((file) => file.endsWith(kind))),
      `${at}.aliases`,
      `${alias} of ${of}`,
      'two shared libraries of one folder, both .so or both .dll',
    );
  });
  (wheel.requires?.pin ?? []).forEach((name) =>
    must(
      pinnable.includes(normalizedName(name)),
      `${at}.requires.pin`,
      name,
      'a wheel that is declared before this one',
    ),
  );
}
